using System.Buffers;
using System.Collections.Concurrent;
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

    private byte[] _bytes = [];
    private int _nameLength;
    private int _userLength;
    private int _dataLength;
    private int _references;

    private Envelope()
    {
    }

    /// <summary>What the receiver does it to, or who waits for the answer; set by the sender, by agreement.</summary>
    public object? Target { get; private set; }

    public Channel? Origin { get; private set; }

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
        if (Interlocked.Decrement(ref _references) > 0)
        {
            return;
        }

        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        (Target, Origin) = (null, null);
        if (Spare.Count < MaxSpare)
        {
            Spare.Enqueue(this);
        }
    }
}
