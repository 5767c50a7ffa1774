using System.Buffers;
using Node.Tests.Support;
using Node.Wire;

namespace Node.Tests.Conformance;

/// <summary>What is too large ends with 1009, said as early as it is known, and the stream ends in order even so.</summary>
[Collection(ConformanceCollection.Name)]
public sealed class LimitTests(StrictNodes nodes)
{
    private const int Limit = StrictNodes.MaxMessageBytes;

    public static TheoryData<Carrier> Carriers => new(Enum.GetValues<Carrier>());

    [Theory]
    [MemberData(nameof(Carriers))]
    public async Task A_message_of_the_limit_passes_in_one_frame_or_many(Carrier carrier)
    {
        await using RawClient client = await (await nodes.On(carrier)).OpenAsync();
        byte[] message = new byte[Limit];
        await client.SendAsync(ClientFrame.Binary(message));
        await client.SendAsync((byte[])
            [.. ClientFrame.Binary(message[..400], fin: false), .. ClientFrame.More(message[400..999], false), .. ClientFrame.More([0], true)]);
        Assert.Equal(message, (await client.ReadFrameAsync()).Payload);
        Assert.Equal(message, (await client.ReadFrameAsync()).Payload);
        await client.CloseAsync();
    }

    [Theory]
    [MemberData(nameof(Carriers))]
    public async Task A_header_that_declares_too_much_is_enough(Carrier carrier)
    {
        foreach (long length in (long[])[Limit + 1, 1 << 16, 1L << 32, long.MaxValue])
        {
            await using RawClient client = await (await nodes.On(carrier)).OpenAsync();
            await client.SendAsync(ClientFrame.Header(0x82, length, []));
            Assert.Equal(CloseCode.MessageTooBig, await client.ReadCloseAsync());
            await client.ReadEndAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Carriers))]
    public async Task The_frame_that_makes_a_message_too_large_is_refused_by_its_header(Carrier carrier)
    {
        await using RawClient client = await (await nodes.On(carrier)).OpenAsync();
        await client.SendAsync(ClientFrame.Binary(new byte[600], fin: false));
        await client.SendAsync(ClientFrame.Header(0x00, 401, []));
        Assert.Equal(CloseCode.MessageTooBig, await client.ReadCloseAsync());
        await client.ReadEndAsync();
    }

    [Theory]
    [MemberData(nameof(Carriers))]
    public async Task Who_goes_on_sending_a_refused_message_still_reads_why(Carrier carrier)
    {
        await using RawClient client = await (await nodes.On(carrier)).OpenAsync();
        await client.SendAsync(ClientFrame.Header(0x82, 2 * 1024 * 1024, new byte[2 * 1024 * 1024]));
        Assert.Equal(CloseCode.MessageTooBig, await client.ReadCloseAsync());
        await client.ReadEndAsync();
    }

    [Fact]
    public async Task Empty_fragments_cost_nothing_and_may_be_many()
    {
        await using RawClient client = await (await nodes.On(Carrier.Epoll)).OpenAsync();
        byte[] empty = ClientFrame.More([], fin: false);
        byte[] many = [.. Enumerable.Repeat(empty, 20_000).SelectMany(frame => frame)];
        await client.SendAsync((byte[])[.. ClientFrame.Text("a", fin: false), .. many, .. ClientFrame.More("b", fin: true)]);
        Assert.Equal("ab", (await client.ReadFrameAsync()).Text);
        await client.CloseAsync();
    }

    [Theory]
    [InlineData(Limit, null)]
    [InlineData(Limit + 1, (int)CloseCode.MessageTooBig)]
    [InlineData(100_000_000, (int)CloseCode.MessageTooBig)]
    public async Task A_message_may_be_no_larger_after_inflating(int length, int? code)
    {
        byte[] bomb = Deflated(length);
        foreach (Carrier carrier in Enum.GetValues<Carrier>())
        {
            await using RawClient client =
                await (await nodes.On(carrier)).OpenAsync("/echo", ("Sec-WebSocket-Extensions", "permessage-deflate"));

            // In frames of at most the limit, so that it is the inflated size that is found too large.
            for (int start = 0; start < bomb.Length; start += Limit)
            {
                byte[] part = bomb[start..Math.Min(bomb.Length, start + Limit)];
                bool last = start + Limit >= bomb.Length;
                await client.SendAsync(ClientFrame.Of(start == 0 ? Opcode.Binary : Opcode.Continuation, part, last, start == 0 ? 4 : 0));
            }

            ServerFrame frame = await client.ReadFrameAsync();
            Assert.Equal(code is null ? Opcode.Binary : Opcode.Close, frame.Opcode);
            Assert.True(code is null || code == frame.CloseCode, frame.ToString());
        }
    }

    private static byte[] Deflated(int length)
    {
        using var deflater = new Deflater(15, 9, contextTakeover: false);
        var output = new ArrayBufferWriter<byte>();
        deflater.Compress(new byte[length], output);
        return output.WrittenSpan.ToArray();
    }
}
