namespace Node.Fuzz.Targets;

/// <summary>The ways in which the network may cut an input, as the lengths that have arrived; each ends with the whole.</summary>
internal static class Cuts
{
    public static int[] AtOnce(int length) => [length];

    public static int[] Bytewise(int length) => [.. Enumerable.Range(0, length + 1)];

    /// <summary>Pieces of up to 40 bytes, some of them empty; the input alone decides which, so that a finding replays.</summary>
    public static int[] Anyhow(ReadOnlySpan<byte> input)
    {
        var random = new Random(Hash(input));
        List<int> ends = [];
        for (int at = 0; at < input.Length; ends.Add(at))
        {
            at = Math.Min(input.Length, at + random.Next(41));
        }

        ends.Add(input.Length);
        return [.. ends];
    }

    // FNV-1a; not HashCode, which is salted anew in every process.
    private static int Hash(ReadOnlySpan<byte> bytes)
    {
        uint hash = 2166136261;
        foreach (byte value in bytes)
        {
            hash = (hash ^ value) * 16777619;
        }

        return (int)hash;
    }
}
