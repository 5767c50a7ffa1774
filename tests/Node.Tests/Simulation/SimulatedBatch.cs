using Node.Transport;

namespace Node.Tests.Simulation;

/// <summary>
/// Many sends in one call, each with troubles of its own, told of in any order. Bytes are read when the batch is submitted, from
/// where they were then: memory that was used for something else meanwhile shows.
/// </summary>
/// <param name="poller">Whose sockets they go to.</param>
/// <param name="random">The seed's.</param>
/// <param name="smallest">See <see cref="SendBatch.Smallest"/>.</param>
/// <param name="capacity">See <see cref="SendBatch.Capacity"/>.</param>
internal sealed unsafe class SimulatedBatch(SimulatedPoller poller, Random random, int smallest, int capacity) : SendBatch
{
    private readonly int[] _descriptors = new int[capacity];
    private readonly nint[] _sources = new nint[capacity];
    private readonly int[] _lengths = new int[capacity];
    private int _count;

    public override int Capacity => capacity;

    public override int Smallest => smallest;

    public bool Contains(int descriptor) => _descriptors.AsSpan(0, _count).Contains(descriptor);

    public override void Add(int descriptor, ReadOnlySpan<byte> source)
    {
        if (Contains(descriptor) || source.IsEmpty)
        {
            throw new InvalidOperationException($"descriptor {descriptor} is in the batch already, or has nothing to send");
        }

        _descriptors[_count] = descriptor;
        _lengths[_count] = source.Length;
        fixed (byte* bytes = source)
        {
            _sources[_count++] = (nint)bytes;
        }
    }

    public override int Submit(Span<SendOutcome> incomplete)
    {
        int filled = 0;
        for (int i = 0; i < _count; i++)
        {
            int sent = poller.Send(_descriptors[i], new ReadOnlySpan<byte>((byte*)_sources[i], _lengths[i]));
            if (sent != _lengths[i])
            {
                incomplete[filled++] = new SendOutcome(i, sent);
            }
        }

        _count = 0;
        random.Shuffle(incomplete[..filled]);
        return filled;
    }
}
