using System.Text;
using Node.Wire;

namespace Node.Tests.Wire;

public class FrameWriterTests
{
    [Theory]
    [InlineData(0L, "8200")]
    [InlineData(125L, "827D")]
    [InlineData(126L, "827E007E")]
    [InlineData(65535L, "827EFFFF")]
    [InlineData(65536L, "827F0000000000010000")]
    [InlineData(long.MaxValue, "827F7FFFFFFFFFFFFFFF")]
    public void A_length_takes_its_shortest_form(long length, string expected)
    {
        Span<byte> bytes = stackalloc byte[FrameWriter.MaxHeaderSize];
        int size = FrameWriter.WriteHeader(bytes, Opcode.Binary, fin: true, rsv1: false, length);
        Assert.Equal(expected, Convert.ToHexString(bytes[..size]));
        Assert.Equal(size, FrameWriter.HeaderSize(length));
        size = FrameWriter.WriteMaskedHeader(bytes, Opcode.Binary, fin: true, rsv1: false, length, 0x44332211);
        Assert.Equal(size, FrameWriter.MaskedHeaderSize(length));
        Assert.Equal("11223344", Convert.ToHexString(bytes[(size - 4)..size]));
        Assert.NotEqual(0, bytes[1] & 0x80);
    }

    [Fact]
    public void The_flags_stand_in_the_first_byte()
    {
        Span<byte> bytes = stackalloc byte[2];
        FrameWriter.WriteHeader(bytes, Opcode.Text, fin: false, rsv1: true, 0);
        Assert.Equal(0x41, bytes[0]);
        FrameWriter.WriteHeader(bytes, Opcode.Continuation, fin: true, rsv1: false, 0);
        Assert.Equal(0x80, bytes[0]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0x01020304u)]
    public void A_close_frame_reads_back_in_both_roles(uint? key)
    {
        Span<byte> bytes = stackalloc byte[FrameWriter.MaxControlFrame];
        int size = FrameWriter.WriteClose(bytes, CloseCode.SlowConsumer, "slöw", key);
        WireRole reader = key is null ? WireRole.Client : WireRole.Server;
        Assert.Equal(["Close 3008 slöw"], WireFeed.ReadAtOnce(bytes[..size].ToArray(), reader));
        size = FrameWriter.WriteClose(bytes, CloseCode.NoStatus, "ignored", key);
        Assert.Equal(["Close 1005 "], WireFeed.ReadAtOnce(bytes[..size].ToArray(), reader));
        size = FrameWriter.WriteControl(bytes, Opcode.Ping, "abc"u8, key);
        Assert.Equal(["Ping 616263"], WireFeed.ReadAtOnce(bytes[..size].ToArray(), reader));
    }

    [Theory]
    [InlineData("a", 123)]
    [InlineData("é", 122)]
    [InlineData("€", 123)]
    [InlineData("😀", 120)]
    public void A_long_reason_is_cut_at_a_character(string character, int length)
    {
        Span<byte> bytes = stackalloc byte[FrameWriter.MaxControlFrame];
        string reason = string.Concat(Enumerable.Repeat(character, 200));
        int size = FrameWriter.WriteClose(bytes, CloseCode.Normal, reason);
        Assert.Equal(length, size - 4);
        Assert.StartsWith(Encoding.UTF8.GetString(bytes[4..size]), reason);
    }

    [Fact]
    public void What_may_not_be_sent_throws()
    {
        var bytes = new byte[200];
        Assert.Throws<ArgumentOutOfRangeException>(() => FrameWriter.WriteClose(bytes, CloseCode.Abnormal));
        Assert.Throws<ArgumentOutOfRangeException>(() => FrameWriter.WriteControl(bytes, Opcode.Ping, new byte[126]));
    }
}
