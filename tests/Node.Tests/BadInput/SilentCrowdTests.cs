using Node.Tests.Support;
using Node.Wire;

namespace Node.Tests.BadInput;

/// <summary>
/// Ten thousand members that stop reading while their room goes on: what they cost is bounded by their queues, and the others
/// get everything. What it does to the others' latency is measured in perf/README.md.
/// </summary>
public sealed class SilentCrowdTests
{
    private const int Silent = 10_000;
    private const int Messages = 150;
    private const int MessageBytes = 2000;
    private const int QueueBytes = 16 * 1024;

    // What a connection costs beside its queue, frames shared by many queues counted once; measured far below.
    private const int ConnectionBytes = 8 * 1024;

    [Fact]
    public async Task A_crowd_that_does_not_read_costs_its_queues_and_delays_nobody()
    {
        await using NodeProcessUnderTest node = await NodeProcessUnderTest.StartAsync(
            ("QUEUE_MAX_BYTES", $"{QueueBytes}"), ("MESSAGES_MAX_BYTES", "4096"), ("ROOMS_PRESENCE_LIMIT", "0"));
        var crowd = new RawClient[Silent];
        await using Chatters readers = await Chatters.JoinAsync(node.EndPoint, 20);
        await Attacks.EachAsync(Silent, async i =>
        {
            // The smallest buffer that there is, so that the node's queue fills and not the kernel's.
            crowd[i] = await RawClient.ConnectAsync(node.EndPoint, receiveBuffer: 1);
            await crowd[i].OpenAsync($"/ws?user=silent-{i}");
            await crowd[i].SendAsync(ClientFrame.Text($$"""{"message_id":"join","seq":1,"room":"{{Chatters.Room}}"}"""));
            ServerFrame frame;
            do
            {
                frame = await crowd[i].ReadFrameAsync();
            }
            while (!frame.Text.Contains("\"seq\":1", StringComparison.Ordinal));
        });
        long before = node.ResidentBytes();
        await readers.ChatAsync(Messages, new string('x', MessageBytes));
        long grown = node.ResidentBytes() - before;

        Assert.True(node.IsRunning, node.Output);
        Assert.InRange(grown, long.MinValue, Silent * (long)(QueueBytes + ConnectionBytes));
        await Attacks.EachAsync(Silent, async i => await crowd[i].DisposeAsync());
        await readers.ChatAsync(1, "and on");
    }
}
