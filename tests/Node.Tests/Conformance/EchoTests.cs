using Node.Tests.Support;
using Node.Wire;

namespace Node.Tests.Conformance;

/// <summary>An echo loses nothing, however slowly its peer reads; and neither does a goodbye.</summary>
[Collection(ConformanceCollection.Name)]
public sealed class EchoTests(StrictNodes strict, ConformanceNodes nodes)
{
    public static TheoryData<Carrier> Carriers => new(Enum.GetValues<Carrier>());

    [Theory]
    [MemberData(nameof(Carriers))]
    public async Task A_peer_that_reads_nothing_is_not_read_from_and_gets_everything_in_the_end(Carrier carrier)
    {
        // 20 MB, more than both kernels' buffers and this node's queue of 1 MiB hold.
        const int Messages = 20_000;
        byte[] payload = new byte[StrictNodes.MaxMessageBytes];
        await using RawClient client = await (await strict.On(carrier)).OpenAsync();
        Task sending = SendAllAsync();
        for (int i = 0; i < Messages; i++)
        {
            ServerFrame frame = await client.ReadFrameAsync();
            Assert.True(frame.Payload.Length == payload.Length && BitConverter.ToInt32(frame.Payload) == i, $"message {i} came as {BitConverter.ToInt32(frame.Payload)}");
        }

        await sending;
        await client.CloseAsync();

        async Task SendAllAsync()
        {
            for (int i = 0; i < Messages; i++)
            {
                BitConverter.TryWriteBytes(payload, i);
                await client.SendAsync(ClientFrame.Binary(payload));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Carriers))]
    public async Task What_comes_behind_a_close_does_not_destroy_the_answers_before_it(Carrier carrier)
    {
        // Large, for a client that takes in little at once: most of it is still on the node's side when the late frames come.
        TestNode node = await nodes.On(carrier);
        await using RawClient client = await node.ConnectAsync(receiveBuffer: 64 * 1024);
        await client.OpenAsync("/echo");
        byte[] payload = new byte[1024 * 1024];
        new Random(7).NextBytes(payload);
        await client.SendAsync(ClientFrame.Binary(payload));
        await client.SendAsync(ClientFrame.Binary(payload));
        await client.SendAsync(ClientFrame.Close(CloseCode.Normal));
        await client.SendAsync(ClientFrame.Ping("late"));
        for (int i = 0; i < 2; i++)
        {
            ServerFrame echo = await client.ReadFrameAsync();
            Assert.True(payload.AsSpan().SequenceEqual(echo.Payload), $"echo {i}");
            await client.SendAsync(ClientFrame.Ping("later"));
        }

        Assert.Equal(CloseCode.Normal, await client.ReadCloseAsync());
        await client.SendAsync(ClientFrame.Ping("even after the answer"));
        await client.ReadEndAsync();
    }

    [Theory]
    [MemberData(nameof(Carriers))]
    public async Task What_a_few_octets_inflate_to_is_echoed_or_the_peer_is_closed_but_nothing_is_left_out(Carrier carrier)
    {
        // 60 KB that one read takes in, and that ask for 60 MB of echoes.
        const int Messages = 60;
        await using TestNode node = await TestNode.StartAsync(
            carrier, "messages:\n  max_bytes: 1MiB\ncompression:\n  enabled: true\n  min_bytes: 64MiB\n");
        await using RawClient client = await node.OpenAsync("/echo", ("Sec-WebSocket-Extensions", "permessage-deflate"));
        using var peer = new DeflatePeer(new DeflateTerms(false, false, 15, 15));
        await client.SendAsync((byte[])
            [.. Enumerable.Range(0, Messages).SelectMany(i => ClientFrame.Of(Opcode.Binary, peer.Deflate(Numbered(i)), reserved: 4))]);
        for (int i = 0; i < Messages; i++)
        {
            ServerFrame frame = await client.ReadFrameAsync();
            if (frame.Opcode == Opcode.Close)
            {
                Assert.Equal(CloseCode.SlowConsumer, frame.CloseCode);
                await client.ReadEndAsync();
                return;
            }

            Assert.Equal(i, BitConverter.ToInt32(frame.Payload));
        }

        static byte[] Numbered(int i)
        {
            byte[] payload = new byte[1024 * 1024];
            BitConverter.TryWriteBytes(payload, i);
            return payload;
        }
    }
}
