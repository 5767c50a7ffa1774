using System.Text.RegularExpressions;
using Node.Tests.BadInput;
using Node.Tests.Support;
using Node.Wire;

namespace Node.Tests.Connect;

/// <summary>A real process that may open few files, and more clients than that.</summary>
public sealed partial class DescriptorTests
{
    private const int Descriptors = 800;

    [Fact]
    public async Task A_node_without_a_limit_of_its_own_takes_what_its_descriptors_allow_and_lives_on()
    {
        await using NodeProcessUnderTest node = await NodeProcessUnderTest.StartWithDescriptorsAsync(Descriptors);
        List<RawClient> taken = [];
        int refused = 0;
        for (int i = 0; i < Descriptors; i++)
        {
            if (await TryOpenAsync(node) is { } client)
            {
                taken.Add(client);
            }
            else
            {
                refused++;
            }
        }

        Assert.InRange(taken.Count, Descriptors / 4, Descriptors / 2);
        await StillServesAsync(node, taken);
        string refusals = await MetricAsync(node, "node_handshakes_refused_total{reason=\"the connection limit is reached\"");
        Assert.EndsWith($" {refused}", refusals, StringComparison.Ordinal);

        await Attacks.EachAsync(taken.Count / 2, async i => await taken[i].CloseAsync());
        for (int i = 0; i < taken.Count / 2; i++)
        {
            RawClient? next;
            while ((next = await TryOpenAsync(node)) is null)
            {
                // The place is free once the node has seen the end of the stream, which may be after this side has.
            }

            await taken[i].DisposeAsync();
            taken[i] = next;
        }

        await StillServesAsync(node, taken);
        await Attacks.EachAsync(taken.Count, async i => await taken[i].DisposeAsync());
    }

    [Fact]
    public async Task A_crowd_that_connects_and_says_nothing_leaves_the_node_its_files()
    {
        await using NodeProcessUnderTest node = await NodeProcessUnderTest.StartWithDescriptorsAsync(Descriptors);
        RawClient[] taken = [(await TryOpenAsync(node))!, (await TryOpenAsync(node))!];
        var silent = new RawClient[2 * Descriptors];
        await Attacks.EachAsync(silent.Length, async i => silent[i] = await RawClient.ConnectAsync(node.EndPoint));

        // Its other port has files of its own, and so has everything else in the process.
        await StillServesAsync(node, taken);
        await MetricAsync(node, "node_handshakes_refused_total{reason=\"no descriptor is left for it\"");
        Assert.DoesNotContain("Accepting paused", node.Output, StringComparison.Ordinal);
        await Attacks.EachAsync(silent.Length, async i => await silent[i].DisposeAsync());
        await Attacks.EachAsync(taken.Length, async i => await taken[i].DisposeAsync());
    }

    /// <summary>Null: it was told that the node is full.</summary>
    private static async Task<RawClient?> TryOpenAsync(NodeProcessUnderTest node)
    {
        RawClient client = await RawClient.ConnectAsync(node.EndPoint);
        await client.OpenAsync("/echo");
        await client.SendAsync(ClientFrame.Text("a place"));
        ServerFrame frame = await client.ReadFrameAsync();
        if (frame.Opcode == Opcode.Text)
        {
            return client;
        }

        Assert.Equal((CloseCode.Overloaded, "the connection limit is reached; retry_ms=5000"), (frame.CloseCode, frame.CloseReason));
        await client.DisposeAsync();
        return null;
    }

    private static async Task StillServesAsync(NodeProcessUnderTest node, IReadOnlyList<RawClient> clients)
    {
        Assert.True(node.IsRunning, node.Output);
        using var http = new HttpClient { Timeout = RawClient.Patience };
        string health = await http.GetStringAsync(new Uri(MetricsOf(node), "/health"));
        Assert.Contains("\"ready\":true", health, StringComparison.Ordinal);
        foreach (RawClient client in clients)
        {
            await client.SendAsync(ClientFrame.Text("still here"));
            Assert.Equal("still here", (await client.ReadFrameAsync()).Text);
        }
    }

    private static async Task<string> MetricAsync(NodeProcessUnderTest node, string start)
    {
        using var http = new HttpClient { Timeout = RawClient.Patience };
        string metrics = await http.GetStringAsync(MetricsOf(node));
        return Assert.Single(metrics.Split('\n'), line => line.StartsWith(start, StringComparison.Ordinal));
    }

    private static Uri MetricsOf(NodeProcessUnderTest node) => new(MetricsAddress().Match(node.Output).Groups[1].Value);

    [GeneratedRegex(@"metrics on (http://\S+)")]
    private static partial Regex MetricsAddress();
}
