using System.Text;
using Node.Tests.Support;
using Node.Wire;

namespace Node.Tests.Conformance;

/// <summary>12 and 13: compression (RFC 7692), with every combination of parameters, and what is no compression at all.</summary>
[Collection(ConformanceCollection.Name)]
public sealed class DeflateTests(ConformanceNodes nodes)
{
    private const string Header = "Sec-WebSocket-Extensions";
    private const string Plain = "permessage-deflate";

    public static TheoryData<string, Carrier> Offers => new(
        from server in (string[])["", "; server_no_context_takeover"]
        from client in (string[])["", "; client_no_context_takeover"]
        from serverBits in (string[])["", "; server_max_window_bits=9", "; server_max_window_bits=12", "; server_max_window_bits=15"]
        from clientBits in (string[])["", "; client_max_window_bits", "; client_max_window_bits=9", "; client_max_window_bits=13"]
        from carrier in Enum.GetValues<Carrier>()
        where carrier == Carrier.Epoll || (serverBits.Length, clientBits.Length) is (0, 0)
        select (Plain + server + client + serverBits + clientBits, carrier));

    [Theory]
    [InlineData("", null)]
    [InlineData("x-webkit-deflate-frame", null)]
    [InlineData(Plain, Plain)]
    [InlineData("PerMessage-Deflate", Plain)]
    [InlineData(Plain + "; client_max_window_bits", Plain)]
    [InlineData(Plain + "; client_max_window_bits=9", Plain + "; client_max_window_bits=9")]
    [InlineData(Plain + "; client_max_window_bits=\"10\"", Plain + "; client_max_window_bits=10")]
    [InlineData(Plain + ";server_max_window_bits=9 ;\tserver_no_context_takeover", Plain + "; server_no_context_takeover; server_max_window_bits=9")]
    [InlineData(Plain + "; server_max_window_bits=8", null)]
    [InlineData(Plain + "; server_max_window_bits=8, " + Plain, Plain)]
    [InlineData(Plain + "; unheard_of, " + Plain + "; client_no_context_takeover", Plain + "; client_no_context_takeover")]
    [InlineData(Plain + "; client_max_window_bits=7", null)]
    [InlineData(Plain + "; client_max_window_bits=16", null)]
    [InlineData(Plain + "; client_max_window_bits=08", null)]
    [InlineData(Plain + "; client_max_window_bits=+9", null)]
    [InlineData(Plain + "; server_max_window_bits", null)]
    [InlineData(Plain + "; server_no_context_takeover=1", null)]
    [InlineData(Plain + "; server_no_context_takeover; server_no_context_takeover", null)]
    [InlineData(Plain + "; server_max_window_bits=9; server_max_window_bits=9", null)]
    public async Task An_offer_is_met_or_declined(string offer, string? response)
    {
        await using RawClient client = await (await nodes.On(Carrier.Epoll)).ConnectAsync();
        HttpAnswer answer = await client.OpenAsync("/echo", (Header, offer));
        Assert.Equal(response, answer.Header(Header));
        await client.CloseAsync();
    }

    [Theory]
    [MemberData(nameof(Offers))]
    public async Task Messages_of_every_kind_survive_both_directions(string offer, Carrier carrier)
    {
        await using RawClient client = await (await nodes.On(carrier)).ConnectAsync();
        HttpAnswer answer = await client.OpenAsync("/echo", (Header, offer));
        using var peer = new DeflatePeer(DeflateTerms.Of(answer.Header(Header)!));
        foreach (byte[] message in Messages())
        {
            byte[] deflated = peer.Deflate(message);
            int cut = deflated.Length / 2;
            await client.SendAsync(ClientFrame.Of(Opcode.Binary, deflated[..cut], fin: false, reserved: 4));
            await client.SendAsync((byte[])[.. ClientFrame.Ping("between"), .. ClientFrame.More(deflated[cut..], fin: true)]);
            Assert.Equal("between", (await client.ReadFrameAsync()).Text);
            Assert.Equal(message, peer.Inflate(await client.ReadFrameAsync()));
        }

        await client.SendAsync(ClientFrame.Text("not compressed"));
        Assert.Equal("not compressed", Encoding.UTF8.GetString(peer.Inflate(await client.ReadFrameAsync())));
        await client.CloseAsync();
    }

    [Theory]
    [InlineData("7.2.3.1 one block", "F248CDC9C90700", "Hello")]
    [InlineData("7.2.3.3 stored", "000500FAFF48656C6C6F00", "Hello")]
    [InlineData("7.2.3.4 BFINAL", "F348CDC9C9070000", "Hello")]
    [InlineData("7.2.3.5 two blocks", "F248050000" + "00FFFFCAC9C90700", "Hello")]
    [InlineData("7.2.3.6 empty", "00", "")]
    [InlineData("no octets at all", "", "")]
    public async Task The_examples_of_RFC_7692_inflate(string example, string hex, string text)
    {
        await using RawClient client = await OpenAsync();
        await client.SendAsync(ClientFrame.Of(Opcode.Text, Convert.FromHexString(hex), reserved: 4));
        using var peer = new DeflatePeer(new DeflateTerms(true, true, 15, 15));
        Assert.True(text == Encoding.UTF8.GetString(peer.Inflate(await client.ReadFrameAsync())), example);
        await client.CloseAsync();
    }

    [Fact]
    public async Task The_second_message_may_refer_to_the_first()
    {
        await using RawClient client = await OpenAsync();
        await client.SendAsync(ClientFrame.Of(Opcode.Text, Convert.FromHexString("F248CDC9C90700"), reserved: 4));
        await client.SendAsync(ClientFrame.Of(Opcode.Text, Convert.FromHexString("F200110000"), reserved: 4));
        using var peer = new DeflatePeer(new DeflateTerms(true, true, 15, 15));
        Assert.Equal("Hello"u8.ToArray(), peer.Inflate(await client.ReadFrameAsync()));
        Assert.Equal("Hello"u8.ToArray(), peer.Inflate(await client.ReadFrameAsync()));
    }

    [Theory]
    [InlineData("reserved block type", "06", CloseCode.InvalidPayload)]
    [InlineData("stored with a wrong length", "000500000048656C6C6F", CloseCode.InvalidPayload)]
    [InlineData("distance before the start", "F200110000", CloseCode.InvalidPayload)]
    [InlineData("not UTF-8", "000100FEFFFF00", CloseCode.InvalidPayload)]
    public async Task What_does_not_inflate_to_text_is_1007(string what, string hex, int code)
    {
        await using RawClient client = await OpenAsync();
        await client.SendAsync(ClientFrame.Of(Opcode.Text, Convert.FromHexString(hex), reserved: 4));
        Assert.True(code == await client.ReadCloseAsync(), what);
        await client.ReadEndAsync();
    }

    [Theory]
    [InlineData(Opcode.Ping, 4)]
    [InlineData(Opcode.Pong, 4)]
    [InlineData(Opcode.Close, 4)]
    [InlineData(Opcode.Text, 2)]
    [InlineData(Opcode.Text, 1)]
    [InlineData(Opcode.Text, 6)]
    [InlineData(Opcode.Continuation, 4)]
    public async Task Only_the_first_frame_of_a_message_may_say_that_it_is_compressed(Opcode opcode, int reserved)
    {
        await using RawClient client = await OpenAsync();
        if (opcode == Opcode.Continuation)
        {
            await client.SendAsync(ClientFrame.Of(Opcode.Text, [0xF2], fin: false, reserved: 4));
        }

        await client.SendAsync(ClientFrame.Of(opcode, [], reserved: reserved));
        Assert.Equal(CloseCode.ProtocolError, await client.ReadCloseAsync());
        await client.ReadEndAsync();
    }

    private static IEnumerable<byte[]> Messages()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 2000).Select(i => $"message {i}; ")));
        byte[] noise = new byte[70_000];
        new Random(1).NextBytes(noise);
        return [[], [0], .. Enumerable.Repeat("the same again, and again"u8.ToArray(), 3), text, noise, noise[..300], text];
    }

    private async Task<RawClient> OpenAsync() => await (await nodes.On(Carrier.Epoll)).OpenAsync("/echo", (Header, Plain));
}
