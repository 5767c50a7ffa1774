using System.IO.Compression;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Node.Wire;

namespace Node.Tests.Wire;

public class DeflateTests
{
    public static TheoryData<int, bool> Windows
    {
        get
        {
            var data = new TheoryData<int, bool>();
            for (int bits = 9; bits <= 15; bits++)
            {
                data.Add(bits, true);
                data.Add(bits, false);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Windows))]
    public void Messages_come_back_with_every_window_and_takeover(int bits, bool takeover)
    {
        using var deflater = new Deflater(bits, level: 6, takeover);
        using var inflater = new Inflater(bits, takeover);
        using var pool = new InflaterPool();
        foreach (byte[] message in Samples())
        {
            byte[] compressed = Compress(deflater, message);
            Assert.Equal(InflateResult.Ok, Inflate(inflater, compressed, pool, out byte[] inflated));
            Assert.True(inflated.AsSpan().SequenceEqual(message));
        }
    }

    /// <summary>Fed in small pieces, zlib has little more history than the window it was told: a reference further
    /// back is an error.</summary>
    [Theory]
    [MemberData(nameof(Windows))]
    public void A_window_is_kept_to_at_every_level(int bits, bool takeover)
    {
        var random = new Random(bits);
        var bytes = new byte[Math.Min(40_000, 3 << bits)];
        random.NextBytes(bytes);
        for (int at = 300; at < bytes.Length - 40; at += 60)
        {
            bytes.AsSpan(at - random.Next(40, at), 40).CopyTo(bytes.AsSpan(at)); // repeats at every distance
        }

        using var pool = new InflaterPool();
        foreach (int level in new[] { 0, 1, 6 })
        {
            using var deflater = new Deflater(bits, level, takeover);
            using var inflater = new Inflater(bits, takeover);
            byte[][] pieces = [.. Compress(deflater, bytes).Chunk(16)];
            var output = new MessageAssembler();
            for (int i = 0; i < pieces.Length; i++)
            {
                bool isLast = i == pieces.Length - 1;
                Assert.Equal(InflateResult.Ok, inflater.Append(pieces[i], i == 0, isLast, output, bytes.Length, pool));
            }

            Assert.True(output.Written.SequenceEqual(bytes));
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(9)]
    public void Without_takeover_each_message_stands_alone(int level)
    {
        using var deflater = new Deflater(15, level, contextTakeover: false);
        using var pool = new InflaterPool();
        byte[] message = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 300).Select(i => $"{{\"n\":{i}}},")));
        byte[] first = Compress(deflater, message);
        for (int i = 0; i < 5; i++)
        {
            byte[] again = Compress(deflater, message);
            using var fresh = new Inflater(15, contextTakeover: false);
            Assert.Equal(InflateResult.Ok, Inflate(fresh, again, pool, out byte[] inflated));
            Assert.Equal(message, inflated);
            Assert.Equal(first.Length, again.Length);
        }
    }

    [Fact]
    public void With_takeover_a_repeated_message_shrinks()
    {
        using var deflater = new Deflater(15, level: 6, contextTakeover: true);
        byte[] message = [.. Enumerable.Range(0, 500).Select(i => (byte)(i * i * 7919 >> 7))];
        int first = Compress(deflater, message).Length;
        Assert.True(Compress(deflater, message).Length < first / 4);
    }

    [Fact]
    public void The_framework_inflates_what_we_deflate()
    {
        using var deflater = new Deflater(15, level: 6, contextTakeover: true);
        var stream = new MemoryStream();
        foreach (byte[] message in Samples())
        {
            stream.Write(Compress(deflater, message));
            stream.Write([0, 0, 0xFF, 0xFF]);
        }

        stream.Write([0x03, 0x00]); // an empty last block, for a reader that wants an end
        stream.Position = 0;
        var inflated = new MemoryStream();
        new DeflateStream(stream, CompressionMode.Decompress).CopyTo(inflated);
        Assert.True(inflated.ToArray().AsSpan().SequenceEqual(Samples().SelectMany(m => m).ToArray()));
    }

    [Theory]
    [InlineData(CompressionLevel.Fastest)]
    [InlineData(CompressionLevel.SmallestSize)]
    public void We_inflate_what_the_framework_deflates(CompressionLevel level)
    {
        using var inflater = new Inflater(15, contextTakeover: true);
        using var pool = new InflaterPool();
        var buffer = new MemoryStream();
        using var stream = new DeflateStream(buffer, level);
        foreach (byte[] message in Samples().Where(m => m.Length > 0))
        {
            buffer.SetLength(0);
            stream.Write(message);
            stream.Flush();
            Assert.Equal(InflateResult.Ok, Inflate(inflater, buffer.ToArray()[..^4], pool, out byte[] inflated));
            Assert.True(inflated.AsSpan().SequenceEqual(message));
        }
    }

    [Fact]
    public void Any_message_comes_back_in_any_pieces()
    {
        using var deflater = new Deflater(9, level: 1, contextTakeover: true);
        using var inflater = new Inflater(9, contextTakeover: true);
        using var pool = new InflaterPool();
        Gen<byte[]> message =
            Gen.Choose(0, 20).SelectMany(spread => Gen.Choose(0, spread).Select(i => (byte)i).ArrayOf(700));
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(300),
            Prop.ForAll(message.ToArbitrary(), Gen.Choose(1, 50).ToArbitrary(), (bytes, piece) =>
            {
                var output = new MessageAssembler();
                byte[][] pieces = [.. Compress(deflater, bytes).Chunk(piece)];
                for (int i = 0; i < pieces.Length; i++)
                {
                    bool isLast = i == pieces.Length - 1;
                    Assert.Equal(InflateResult.Ok, inflater.Append(pieces[i], i == 0, isLast, output, 700, pool));
                }

                Assert.Equal(bytes, output.Written.ToArray());
            }));
    }

    /// <summary>The samples of RFC 7692, 7.2.3: shared window, stored block, BFINAL, two blocks, empty.</summary>
    [Theory]
    [InlineData("F248CDC9C90700", "Hello")]
    [InlineData("000500FAFF48656C6C6F00", "Hello")]
    [InlineData("F348CDC9C9070000", "Hello")]
    [InlineData("F248050000 00FFFF CAC9C90700", "Hello")]
    [InlineData("00", "")]
    [InlineData("", "")]
    [InlineData("F348CDC9C90700", "Hello")] // ended with BFINAL and nothing behind it
    public void The_samples_of_the_rfc_inflate_again_and_again(string hex, string text)
    {
        using var inflater = new Inflater(15, contextTakeover: true);
        using var pool = new InflaterPool();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(InflateResult.Ok, Inflate(inflater, FrameBytes.Hex(hex), pool, out byte[] inflated));
            Assert.Equal(text, Encoding.UTF8.GetString(inflated));
        }
    }

    [Fact]
    public void A_message_may_refer_to_the_one_before()
    {
        using var inflater = new Inflater(15, contextTakeover: true);
        using var pool = new InflaterPool();
        Inflate(inflater, FrameBytes.Hex("F248CDC9C90700"), pool, out _);
        Assert.Equal(InflateResult.Ok, Inflate(inflater, FrameBytes.Hex("F200110000"), pool, out byte[] inflated));
        Assert.Equal("Hello"u8, inflated);

        using var alone = new Inflater(15, contextTakeover: false);
        Inflate(alone, FrameBytes.Hex("F248CDC9C90700"), pool, out _);
        Assert.Equal(InflateResult.Corrupt, Inflate(alone, FrameBytes.Hex("F200110000"), pool, out _));
    }

    [Fact]
    public void A_reference_beyond_the_agreed_window_is_judged_the_same_however_it_is_cut()
    {
        byte[] noise = new byte[600];
        new Random(1).NextBytes(noise);
        using var deflater = new Deflater(15, level: 6, contextTakeover: false);
        byte[] compressed = Compress(deflater, [.. noise, .. noise]);
        Assert.InRange(compressed.Length, 600, 700);

        using var pool = new InflaterPool();
        using var inflater = new Inflater(9, contextTakeover: false);
        Assert.Equal(InflateResult.Ok, Inflate(inflater, compressed, pool, out _));
        var output = new MessageAssembler();
        for (int i = 0; i < compressed.Length; i++)
        {
            InflateResult result = inflater.Append(
                compressed.AsSpan(i, 1), i == 0, i == compressed.Length - 1, output, 2000, pool);
            Assert.Equal(InflateResult.Ok, result);
        }
    }

    [Fact]
    public void A_bomb_is_1009_and_costs_the_limit()
    {
        using var deflater = new Deflater(15, level: 9, contextTakeover: false);
        byte[] bomb = Compress(deflater, new byte[20_000_000]);
        byte[] frame = FrameBytes.Client(Opcode.Binary, bomb, rsv1: true);
        var feed = new WireFeed(maxMessage: 100_000, inflater: new Inflater(15, contextTakeover: true));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(["Error 1009 a message is over the limit"], WireFeed.Read(frame, [], feed));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 500_000);
    }

    [Theory]
    [InlineData(999, InflateResult.TooBig)]
    [InlineData(1000, InflateResult.Ok)]
    public void The_limit_is_exact(int limit, InflateResult expected)
    {
        using var deflater = new Deflater(15, level: 6, contextTakeover: false);
        using var inflater = new Inflater(15, contextTakeover: false);
        using var pool = new InflaterPool();
        byte[] compressed = Compress(deflater, new byte[1000]);
        Assert.Equal(expected, inflater.Append(compressed, true, true, new MessageAssembler(), limit, pool));
    }

    [Fact]
    public void Data_that_is_not_deflate_is_1007()
    {
        byte[] frame = FrameBytes.Client(Opcode.Binary, [0x07, 0xFF, 0xFF], rsv1: true);
        Assert.Equal(
            ["Error 1007 a message does not inflate"],
            WireFeed.Read(frame, [], new WireFeed(inflater: new Inflater(15, contextTakeover: false))));
    }

    [Fact]
    public void Inflated_text_is_checked()
    {
        using var deflater = new Deflater(15, level: 6, contextTakeover: false);
        byte[] bad = FrameBytes.Client(Opcode.Text, Compress(deflater, [0x41, 0xC3, 0x28]), rsv1: true);
        byte[] cut = FrameBytes.Client(Opcode.Text, Compress(deflater, [0x41, 0xC3]), rsv1: true);
        byte[] good = FrameBytes.Client(Opcode.Text, Compress(deflater, "é"u8.ToArray()), rsv1: true);
        Assert.Equal(["Error 1007 a text message is not UTF-8"], Read(bad));
        Assert.Equal(["Error 1007 a text message is not UTF-8"], Read(cut));
        byte[] plain = FrameBytes.Client(Opcode.Text, "plain");
        Assert.Equal(["Text é", "Text plain", "Text é"], Read([.. good, .. plain, .. good]));

        static List<string> Read(byte[] bytes) =>
            WireFeed.Read(bytes, [], new WireFeed(inflater: new Inflater(15, contextTakeover: false)));
    }

    [Fact]
    public void Fragments_of_a_compressed_message_carry_the_bit_once()
    {
        byte[] hello = FrameBytes.Hex("F248CDC9C90700");
        byte[] bytes =
        [
            .. FrameBytes.Client(Opcode.Text, hello.AsSpan(0, 3), fin: false, rsv1: true),
            .. FrameBytes.Client(Opcode.Ping, ""),
            .. FrameBytes.Client(Opcode.Continuation, hello.AsSpan(3)),
        ];
        Assert.Equal(["Ping ", "Text Hello"], WireFeed.Read(bytes, [], new WireFeed(inflater: new Inflater(15, true))));
    }

    [Fact]
    public void Arguments_out_of_range_throw()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Deflater(8, 6, true));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Deflater(16, 6, true));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Deflater(15, 10, true));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Inflater(7, true));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Inflater(16, true));
    }

    [Fact]
    public void A_disposed_one_throws()
    {
        var deflater = new Deflater(15, 6, true);
        deflater.Dispose();
        Assert.Throws<ObjectDisposedException>(() => deflater.Compress("a"u8, new MessageAssembler()));
        var inflater = new Inflater(15, true);
        inflater.Dispose();
        using var pool = new InflaterPool();
        var output = new MessageAssembler();
        Assert.Throws<ObjectDisposedException>(() => inflater.Append("a"u8, true, true, output, 1, pool));
    }

    [Fact]
    public void A_pool_keeps_no_more_than_it_was_told()
    {
        using var pool = new InflaterPool(keepCount: 1);
        Inflater[] open = [new(15, false), new(12, false)];
        foreach (Inflater inflater in open)
        {
            inflater.Append(FrameBytes.Hex("F248"), true, false, new MessageAssembler(), 100, pool);
        }

        foreach (Inflater inflater in open)
        {
            var output = new MessageAssembler();
            InflateResult result = inflater.Append(FrameBytes.Hex("CDC9C90700"), false, true, output, 100, pool);
            Assert.Equal(InflateResult.Ok, result);
            Assert.Equal("ello"u8, output.Written);
            inflater.Dispose();
        }
    }

    private static byte[] Compress(Deflater deflater, byte[] message)
    {
        var output = new MessageAssembler();
        Assert.Equal(deflater.Compress(message, output), output.Length);
        return output.Written.ToArray();
    }

    private static InflateResult Inflate(Inflater inflater, byte[] compressed, InflaterPool pool, out byte[] inflated)
    {
        var output = new MessageAssembler();
        InflateResult result = inflater.Append(compressed, isFirst: true, isLast: true, output, 1 << 20, pool);
        inflated = output.Written.ToArray();
        return result;
    }

    private static IEnumerable<byte[]> Samples()
    {
        var random = new Random(7);
        foreach (int length in new[] { 1, 0, 5, 100, 300, 1000, 5000, 40_000, 200_000 })
        {
            yield return [.. Enumerable.Range(0, length).Select(i => (byte)(i % 61 * (i / 1000)))];
            var noise = new byte[length];
            random.NextBytes(noise);
            yield return noise;
        }
    }
}
