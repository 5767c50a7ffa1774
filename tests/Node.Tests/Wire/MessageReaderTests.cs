using System.Runtime.CompilerServices;
using Node.Wire;

namespace Node.Tests.Wire;

public class MessageReaderTests
{
    [Fact]
    public void A_masked_message_is_unmasked_in_place()
    {
        byte[] input = FrameBytes.Client(Opcode.Text, "hello");
        using var context = new MessageReaderContext(WireRole.Server);
        var reader = default(MessageReader);
        WireEvent found = reader.Read(input, context);
        Assert.Equal(WireEventKind.Message, found.Kind);
        Assert.Equal(input.Length, found.Consumed);
        Assert.Equal("hello"u8, found.Payload);
        Assert.True(Unsafe.AreSame(ref input[6], ref found.Payload[0]));
        Assert.Equal("", found.Reason);
    }

    [Fact]
    public void Fragments_are_joined_and_control_frames_between_them_come_at_once()
    {
        byte[] bytes =
        [
            .. FrameBytes.Client(Opcode.Text, "Hel", fin: false),
            .. FrameBytes.Client(Opcode.Ping, "p"),
            .. FrameBytes.Client(Opcode.Continuation, "", fin: false),
            .. FrameBytes.Client(Opcode.Pong, ""),
            .. FrameBytes.Client(Opcode.Continuation, "lo"),
            .. FrameBytes.Client(Opcode.Binary, "AB"),
        ];
        Assert.Equal(["Ping 70", "Pong ", "Text Hello", "Binary 4142"], WireFeed.ReadAtOnce(bytes));
    }

    [Fact]
    public void A_fragmented_message_may_be_empty()
    {
        byte[] bytes =
            [.. FrameBytes.Client(Opcode.Text, "", fin: false), .. FrameBytes.Client(Opcode.Continuation, "")];
        Assert.Equal(["Text "], WireFeed.ReadAtOnce(bytes));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(127)]
    [InlineData(65535)]
    [InlineData(65536)]
    public void Every_length_form_is_read_in_both_roles(int length)
    {
        byte[] payload = [.. Enumerable.Range(0, length).Select(i => (byte)i)];
        string expected = "Binary " + Convert.ToHexString(payload);
        Assert.Equal([expected], WireFeed.ReadAtOnce(FrameBytes.Client(Opcode.Binary, payload)));
        Assert.Equal([expected], WireFeed.ReadAtOnce(FrameBytes.Server(Opcode.Binary, payload), WireRole.Client));
        Assert.Equal(
            [expected],
            WireFeed.Read(FrameBytes.Client(Opcode.Binary, payload), [9, 1000, 3, 40000], new WireFeed()));
    }

    [Fact]
    public void A_message_of_the_limit_is_taken_and_one_byte_more_is_1009()
    {
        List<string> taken = WireFeed.ReadAtOnce(FrameBytes.Client(Opcode.Binary, new byte[100]), maxMessage: 100);
        Assert.StartsWith("Binary", Assert.Single(taken));
        Assert.Equal(
            ["Error 1009 a message is over the limit"],
            WireFeed.ReadAtOnce(FrameBytes.Client(Opcode.Binary, new byte[101]), maxMessage: 100));
    }

    [Fact]
    public void Fragments_over_the_limit_together_are_1009_at_the_header_that_says_so()
    {
        byte[] bytes =
        [
            .. FrameBytes.Client(Opcode.Binary, new byte[60], fin: false),
            .. FrameBytes.Client(Opcode.Continuation, new byte[41]).AsSpan(0, 6),
        ];
        Assert.Equal(["Error 1009 a message is over the limit"], WireFeed.ReadAtOnce(bytes, maxMessage: 100));
    }

    [Fact]
    public void A_frame_over_the_limit_is_1009_before_its_payload() =>
        Assert.Equal(
            ["Error 1009 a frame is over the limit"],
            WireFeed.ReadAtOnce(FrameBytes.Client(Opcode.Binary, new byte[70000]).AsSpan(0, 14).ToArray()));

    [Fact]
    public void A_declared_length_takes_no_memory_by_itself()
    {
        using var context = new MessageReaderContext(WireRole.Server, maxMessageBytes: 1 << 30);
        var reader = default(MessageReader);
        byte[] bytes = FrameBytes.Hex("82 FF 0000000020000000 00000000 01");
        long before = GC.GetAllocatedBytesForCurrentThread();
        WireEvent found = reader.Read(bytes, context);
        Assert.Equal(WireEventKind.NeedMore, found.Kind);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4096);
        reader.Release(context);
    }

    [Fact]
    public void Text_that_cannot_become_valid_fails_before_the_message_ends()
    {
        using var feed = new WireFeed();
        feed.Feed(FrameBytes.Client(Opcode.Text, "ok", fin: false));
        feed.Feed([0x80, 0x90, 0, 0, 0, 0, 0xE2]);
        Assert.Empty(feed.Events);
        feed.Feed([0x28]);
        Assert.Equal(["Error 1007 a text message is not UTF-8"], feed.Events);
    }

    [Fact]
    public void A_character_may_be_split_over_frames()
    {
        byte[] euro = [0xE2, 0x82, 0xAC];
        byte[] bytes =
        [
            .. FrameBytes.Client(Opcode.Text, euro.AsSpan(0, 1), fin: false),
            .. FrameBytes.Client(Opcode.Ping, ""),
            .. FrameBytes.Client(Opcode.Continuation, euro.AsSpan(1)),
        ];
        Assert.Equal(["Ping ", "Text €"], WireFeed.ReadAtOnce(bytes));
        byte[] cut =
        [
            .. FrameBytes.Client(Opcode.Text, euro.AsSpan(0, 2), fin: false),
            .. FrameBytes.Client(Opcode.Continuation, ""),
        ];
        Assert.Equal(["Error 1007 a text message is not UTF-8"], WireFeed.ReadAtOnce(cut));
    }

    [Fact]
    public void The_text_check_starts_anew_with_each_message()
    {
        byte[] bytes =
        [
            .. FrameBytes.Client(Opcode.Text, "é", fin: false), .. FrameBytes.Client(Opcode.Continuation, ""),
            .. FrameBytes.Client(Opcode.Text, "ü", fin: false), .. FrameBytes.Client(Opcode.Continuation, ""),
        ];
        Assert.Equal(["Text é", "Text ü"], WireFeed.ReadAtOnce(bytes));
    }

    [Fact]
    public void An_assembler_is_held_only_while_a_message_is_in_progress()
    {
        using var feed = new WireFeed();
        feed.Feed(FrameBytes.Client(Opcode.Text, "a", fin: false));
        Assert.Equal(1, feed.AssemblersLent);
        feed.Feed(FrameBytes.Client(Opcode.Continuation, "b"));
        Assert.Equal(0, feed.AssemblersLent);
        feed.Feed(FrameBytes.Client(Opcode.Text, "a", fin: false));
        feed.Feed(FrameBytes.Hex("83 80"));
        Assert.Equal(0, feed.AssemblersLent);
    }

    [Fact]
    public void A_limit_changed_while_a_message_is_in_progress_holds_from_the_next_read()
    {
        using var context = new MessageReaderContext(WireRole.Server, 1000);
        var reader = default(MessageReader);
        WireEvent found = reader.Read(FrameBytes.Client(Opcode.Binary, new byte[90], fin: false), context);
        Assert.Equal(WireEventKind.NeedMore, found.Kind);
        context.MaxMessageBytes = 100;
        found = reader.Read(FrameBytes.Client(Opcode.Continuation, new byte[11]), context);
        Assert.Equal(CloseCode.MessageTooBig, found.Code);
    }

    [Fact]
    public void An_assembler_pool_keeps_few_and_small_ones()
    {
        var pool = new MessageAssemblerPool(keepCount: 1, keepBytes: 1024);
        MessageAssembler small = pool.Rent();
        MessageAssembler large = pool.Rent();
        small.Append(new byte[10]);
        large.Append(new byte[5000]);
        Assert.Equal(2, pool.Lent);
        pool.Return(small);
        pool.Return(large);
        Assert.Equal(0, large.Capacity);
        Assert.Same(small, pool.Rent());
        Assert.NotSame(large, pool.Rent());
    }

    [Fact]
    public void An_assembler_is_a_buffer_writer()
    {
        var assembler = new MessageAssembler();
        "abc"u8.CopyTo(assembler.GetMemory(3).Span);
        assembler.Advance(3);
        assembler.Append("de"u8);
        Assert.Equal("abcde"u8, assembler.Written);
        Assert.Throws<ArgumentOutOfRangeException>(() => assembler.Advance(assembler.Capacity));
        Assert.Throws<ArgumentOutOfRangeException>(() => assembler.Advance(-1));
    }
}
