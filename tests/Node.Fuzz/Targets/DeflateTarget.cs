using Node.Wire;

namespace Node.Fuzz.Targets;

/// <summary>
/// Arbitrary bytes into the inflater: bounded, and the same result however they are cut. The same bytes through the deflater and
/// back, with every window and both ways of keeping the history. The first two bytes choose.
/// </summary>
public sealed class DeflateTarget : FuzzTarget
{
    private const int Limit = 8192;

    public override string Name => "deflate";

    public override IEnumerable<byte[]> Seeds
    {
        get
        {
            byte[][] messages = [.. Vectors.Read("*.json"), new byte[3000], [0x4B, 0x4C, 0x1C, 0x05, 0xA3, 0x60, 0x14, 0x0C, 0x77, 0x00]];
            using var deflater = new Deflater(15, level: 6, contextTakeover: false);
            foreach (byte[] message in messages)
            {
                var compressed = new MessageAssembler();
                deflater.Compress(message, compressed);
                yield return [0, 0, .. compressed.Written];
                yield return [0x16, 0x01, .. message];
            }
        }
    }

    public override IReadOnlyList<byte[]> Dictionary { get; } =
        [[0x00, 0x00, 0x00, 0xFF, 0xFF], [0x03, 0x00], [0x01, 0x00, 0x00, 0xFF, 0xFF], new byte[64], "aaaaaaaa"u8.ToArray()];

    public override void Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2)
        {
            return;
        }

        int windowBits = 9 + (input[0] % 7);
        int level = (input[0] / 7 % 11) - 1;
        bool takeover = (input[1] & 1) != 0;
        input = input[2..];
        // Of a connection's own stream with a small window only the bounds are checked: what a peer may refer to beyond the
        // window depends on the cut there (see Inflater).
        int fullBits = takeover ? 15 : windowBits;
        string atOnce = Inflate(input, fullBits, takeover, Cuts.AtOnce(input.Length));
        Broken.UnlessEqual(atOnce, Inflate(input, fullBits, takeover, Cuts.Bytewise(input.Length)), "bytewise");
        Broken.UnlessEqual(atOnce, Inflate(input, fullBits, takeover, Cuts.Anyhow(input)), "in pieces");
        Inflate(input, windowBits, takeover, Cuts.Anyhow(input));
        RoundTrip(input, windowBits, level, takeover);
    }

    private static string Inflate(ReadOnlySpan<byte> input, int windowBits, bool takeover, int[] arrived)
    {
        using var pool = new InflaterPool();
        using var inflater = new Inflater(windowBits, takeover);
        var output = new MessageAssembler();
        int at = 0;
        for (int i = 0; i < arrived.Length; i++)
        {
            InflateResult result = inflater.Append(
                input[at..arrived[i]], isFirst: i == 0, isLast: i == arrived.Length - 1, output, Limit, pool);
            Broken.Unless(output.Length <= Limit + 1, "a bomb costs the limit and no more");
            Broken.Unless(output.Capacity <= Limit * 2, "memory grows with what comes out");
            if (result != InflateResult.Ok)
            {
                return result.ToString();
            }

            Broken.Unless(output.Length <= Limit, "what is in order is within the limit");
            at = arrived[i];
        }

        return Convert.ToHexString(output.Written);
    }

    private static void RoundTrip(ReadOnlySpan<byte> message, int windowBits, int level, bool takeover)
    {
        using var pool = new InflaterPool();
        using var deflater = new Deflater(windowBits, level, takeover);
        using var inflater = new Inflater(windowBits, takeover);
        for (int time = 0; time < 2; time++)
        {
            var compressed = new MessageAssembler();
            var inflated = new MessageAssembler();
            int length = deflater.Compress(message, compressed);
            Broken.Unless(length == compressed.Length, "the length is what was written");
            InflateResult result = inflater.Append(compressed.Written, isFirst: true, isLast: true, inflated, message.Length, pool);
            Broken.Unless(result == InflateResult.Ok && inflated.Written.SequenceEqual(message), "a message comes back");
        }
    }
}
