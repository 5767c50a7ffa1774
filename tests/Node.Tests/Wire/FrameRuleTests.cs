using Node.Wire;

namespace Node.Tests.Wire;

/// <summary>RFC 6455, 5: each rule broken once, with a close code and a reason that names it.</summary>
public class FrameRuleTests
{
    [Theory]
    [InlineData("C1 80 00000000", "1002 a reserved bit is set")] // RSV1, not negotiated
    [InlineData("A1 80 00000000", "1002 a reserved bit is set")]
    [InlineData("91 80 00000000", "1002 a reserved bit is set")]
    [InlineData("C9 80 00000000", "1002 a reserved bit is set")]
    [InlineData("83 80 00000000", "1002 a reserved opcode")]
    [InlineData("87 80 00000000", "1002 a reserved opcode")]
    [InlineData("8B 80 00000000", "1002 a reserved opcode")]
    [InlineData("8F 80 00000000", "1002 a reserved opcode")]
    [InlineData("81 00", "1002 a frame from a client is not masked")]
    [InlineData("09 80 00000000", "1002 a control frame is fragmented")]
    [InlineData("08 80 00000000", "1002 a control frame is fragmented")]
    [InlineData("89 FE 007E 00000000", "1002 a control frame is over 125 bytes")]
    [InlineData("88 FF 0000000000000001 00000000", "1002 a control frame is over 125 bytes")]
    [InlineData("82 FE 007D 00000000", "1002 a length is not minimally encoded")]
    [InlineData("82 FF 000000000000FFFF 00000000", "1002 a length is not minimally encoded")]
    [InlineData("82 FF 8000000000000000 00000000", "1002 a length has its top bit set")]
    [InlineData("82 FF FFFFFFFFFFFFFFFF 00000000", "1002 a length has its top bit set")]
    [InlineData("82 FF 7FFFFFFFFFFFFFFF 00000000", "1009 a frame is over the limit")]
    [InlineData("80 80 00000000", "1002 a continuation without a start")]
    [InlineData("00 80 00000000", "1002 a continuation without a start")]
    [InlineData("01 80 00000000 81 80 00000000", "1002 a new message before the last one ended")]
    [InlineData("01 80 00000000 C0 80 00000000", "1002 a reserved bit is set")]
    [InlineData("88 81 00000000 03", "1002 a close frame of one byte")]
    [InlineData("88 82 00000000 03E7", "1002 a close code that may not be sent")]
    [InlineData("88 84 00000000 03E8 C328", "1007 a close reason is not UTF-8")]
    [InlineData("88 83 00000000 03E8 C3", "1007 a close reason is not UTF-8")]
    [InlineData("81 82 00000000 C328", "1007 a text message is not UTF-8")]
    [InlineData("81 81 00000000 C3", "1007 a text message is not UTF-8")]
    public void A_broken_rule_is_an_error_with_its_name(string hex, string error)
    {
        byte[] bytes = FrameBytes.Hex(hex);
        Assert.Equal(["Error " + error], WireFeed.ReadAtOnce([.. bytes]));
        Assert.Equal(["Error " + error], WireFeed.Read(bytes, Enumerable.Repeat(1, bytes.Length), new WireFeed()));
    }

    [Fact]
    public void A_client_refuses_a_masked_frame() =>
        Assert.Equal(
            ["Error 1002 a frame from a server is masked"],
            WireFeed.ReadAtOnce(FrameBytes.Client(Opcode.Text, "x"), WireRole.Client));

    [Fact]
    public void A_client_takes_an_unmasked_frame() =>
        Assert.Equal(["Text hi"], WireFeed.ReadAtOnce(FrameBytes.Server(Opcode.Text, "hi"u8), WireRole.Client));

    [Theory]
    [InlineData("81", "")]
    [InlineData("83 80", "Error 1002 a reserved opcode")]
    [InlineData("82 FE 00", "")]
    [InlineData("82 FE 0001 00000000", "Error 1002 a length is not minimally encoded")]
    public void An_error_is_told_as_soon_as_its_bytes_are_there(string hex, string expected) =>
        Assert.Equal(expected, string.Join('|', WireFeed.ReadAtOnce(FrameBytes.Hex(hex))));

    [Fact]
    public void An_incomplete_header_or_control_frame_stays_with_the_caller()
    {
        using var feed = new WireFeed();
        feed.Feed(FrameBytes.Hex("82 FE 01"));
        Assert.Equal(3, feed.Left);
        feed.Feed(FrameBytes.Hex("00 00000000"));
        Assert.Equal(0, feed.Left);
        feed.Feed(new byte[256]);
        feed.Feed(FrameBytes.Hex("89 82 00000000 41"));
        Assert.Equal(7, feed.Left);
        Assert.Single(feed.Events);
    }

    [Theory]
    [InlineData(999, false)]
    [InlineData(1000, true)]
    [InlineData(1003, true)]
    [InlineData(1004, false)]
    [InlineData(1005, false)]
    [InlineData(1006, false)]
    [InlineData(1007, true)]
    [InlineData(1014, true)]
    [InlineData(1015, false)]
    [InlineData(1016, false)]
    [InlineData(2999, false)]
    [InlineData(3000, true)]
    [InlineData(4999, true)]
    [InlineData(5000, false)]
    [InlineData(65535, false)]
    public void A_close_code_is_taken_or_refused(int code, bool isValid)
    {
        byte[] frame = FrameBytes.Client(Opcode.Close, [(byte)(code >> 8), (byte)code]);
        string expected = isValid ? $"Close {code} " : "Error 1002 a close code that may not be sent";
        Assert.Equal([expected], WireFeed.ReadAtOnce(frame));
        Assert.Equal(isValid, CloseCode.IsValidOnWire(code));
    }

    [Theory]
    [InlineData(1000, false)]
    [InlineData(1001, true)]
    [InlineData(1002, false)]
    [InlineData(1006, true)]
    [InlineData(1009, false)]
    [InlineData(1011, true)]
    [InlineData(1012, true)]
    [InlineData(1013, true)]
    [InlineData(1014, false)]
    [InlineData(3000, true)]
    [InlineData(3499, true)]
    [InlineData(3500, false)]
    [InlineData(4000, false)]
    public void A_close_code_says_whether_to_come_back(int code, bool comesBack) =>
        Assert.Equal(comesBack, CloseCode.IsReconnect(code));

    [Fact]
    public void After_a_close_frame_or_an_error_everything_is_ignored()
    {
        byte[] close = FrameBytes.Client(Opcode.Close, [0x03, 0xE8, (byte)'b']);
        byte[] text = FrameBytes.Client(Opcode.Text, "late");
        Assert.Equal(["Close 1000 b"], WireFeed.ReadAtOnce([.. close, .. text]));
        Assert.Equal(["Error 1002 a reserved opcode"], WireFeed.ReadAtOnce([0x83, 0x80, .. text, .. text]));
    }

    [Fact]
    public void A_close_frame_without_a_body_has_no_status() =>
        Assert.Equal(["Close 1005 "], WireFeed.ReadAtOnce(FrameBytes.Client(Opcode.Close, "")));

    [Fact]
    public void The_readers_are_small()
    {
        Assert.True(System.Runtime.CompilerServices.Unsafe.SizeOf<FrameReader>() <= 24);
        Assert.True(System.Runtime.CompilerServices.Unsafe.SizeOf<MessageReader>() <= 48);
    }
}
