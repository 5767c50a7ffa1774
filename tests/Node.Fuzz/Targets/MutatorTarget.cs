namespace Node.Fuzz.Targets;

/// <summary>
/// The fuzzer's own mutator: inputs stay within the bound, and the same seed gives the same input again,
/// on which every replay rests.
/// </summary>
public sealed class MutatorTarget : FuzzTarget
{
    private const int Bound = 64;

    public override string Name => "mutator";

    public override IEnumerable<byte[]> Seeds => Vectors.Read("*.json").Append([]).Append([0x81, 0x05, 1, 2, 3, 4, 5]);

    public override void Run(ReadOnlySpan<byte> input)
    {
        int seed = input.Length == 0 ? 0 : input[0];
        byte[][] dictionary = [input.ToArray()];
        ReadOnlySpan<byte> first = new Mutator(new Random(seed), dictionary, Bound).Mutate(input);
        ReadOnlySpan<byte> second = new Mutator(new Random(seed), dictionary, Bound).Mutate(input);
        if (first.Length > Bound || !first.SequenceEqual(second))
        {
            throw new InvalidOperationException($"seed {seed}: {first.Length} and {second.Length} bytes, or unlike");
        }
    }
}
