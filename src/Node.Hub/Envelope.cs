using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>
/// A message on its way between loops: names and data copied into one rented array. Pooled; counted by reference, because
/// several loops may read the same one. Filled by one thread before it is posted, read-only after that.
/// </summary>
internal sealed class Envelope
{
    private const int MaxSpare = 4096;

    private static readonly ConcurrentQueue<Envelope> Spare = new();

    private static int s_onTheirWay;

    private byte[] _bytes = [];
    private int _nameLength;
    private int _userLength;
    private int _dataLength;
    private int _references;

    private Envelope()
    {
    }

    /// <summary>How many are on their way, in this process. Counted in debug builds only: it costs a shared counter a message.</summary>
    public static int OnTheirWay => Volatile.Read(ref s_onTheirWay);

    /// <summary>What the receiver does it to, or who waits for the answer; set by the sender, by agreement.</summary>
    public object? Target { get; private set; }

    public Channel? Origin { get; private set; }

    /// <summary>What <see cref="Bucket.Post"/> runs with it; the same on every loop that one is sent to.</summary>
    public Action<Bucket, Envelope>? Action { get; set; }

    public ulong Seq { get; private set; }

    public ulong Offset { get; set; }

    public DataKind Kind { get; private set; }

    /// <summary>What clients will read as the message_id.</summary>
    public byte[] Route { get; private set; } = [];

    /// <summary>A room or a target user, by agreement between sender and receiver.</summary>
    public ReadOnlySpan<byte> Name => _bytes.AsSpan(0, _nameLength);

    public ReadOnlySpan<byte> User => _bytes.AsSpan(_nameLength, _userLength);

    public ReadOnlySpan<byte> Data => _bytes.AsSpan(_nameLength + _userLength, _dataLength);

    public static Envelope Of(
        object? target, byte[] route, ReadOnlySpan<byte> name, ReadOnlySpan<byte> user, DataKind kind,
        ReadOnlySpan<byte> data, Channel? origin = null, ulong seq = 0)
    {
        if (!Spare.TryDequeue(out Envelope? envelope))
        {
            envelope = new Envelope();
        }

        envelope._bytes = ArrayPool<byte>.Shared.Rent(name.Length + user.Length + data.Length);
        name.CopyTo(envelope._bytes);
        user.CopyTo(envelope._bytes.AsSpan(name.Length));
        data.CopyTo(envelope._bytes.AsSpan(name.Length + user.Length));
        (envelope._nameLength, envelope._userLength, envelope._dataLength) = (name.Length, user.Length, data.Length);
        envelope.Route = route;
        (envelope.Target, envelope.Kind, envelope.Origin, envelope.Seq) = (target, kind, origin, seq);
        envelope.Offset = 0;
        envelope._references = 1;
        Count(1);
        return envelope;
    }

    /// <summary>As a client gets it, when it belongs to no room; good while the envelope is held.</summary>
    public ClientMessage ToMessage() =>
        new() { MessageId = Route, User = User, DataKind = Kind, Data = Data };

    public Envelope AddReference()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    public void Release()
    {
        int left = Interlocked.Decrement(ref _references);
        Debug.Assert(left >= 0, "released once too often");
        if (left > 0)
        {
            return;
        }

        Count(-1);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        (Target, Origin, Action) = (null, null, null);
        if (Spare.Count < MaxSpare)
        {
            Spare.Enqueue(this);
        }
    }

    [Conditional("DEBUG")]
    private static void Count(int change) => Interlocked.Add(ref s_onTheirWay, change);
}
