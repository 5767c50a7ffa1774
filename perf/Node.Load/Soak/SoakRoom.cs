using System.Text;

namespace Node.Load.Soak;

internal enum RoomKind
{
    /// <summary>Every message must come, in order.</summary>
    Complete,

    /// <summary>Messages may be left out, but none may come late: the newest counts.</summary>
    Newest,

    /// <summary>Messages may be left out, and how late they are does not count: this user does not keep up.</summary>
    Late,
}

/// <summary>A room as one member sees it. Load thread only.</summary>
internal sealed class SoakRoom(string name, RoomKind kind)
{
    private readonly byte[] _name = Encoding.UTF8.GetBytes(name);

    public string Name { get; } = name;

    public RoomKind Kind { get; } = kind;

    /// <summary>Of the newest message seen; -1: none yet.</summary>
    public long Offset { get; private set; } = -1;

    /// <summary>Empty: it was never joined.</summary>
    public string Epoch { get; private set; } = "";

    /// <summary>Messages that were left out.</summary>
    public long Skipped { get; private set; }

    public bool Is(ReadOnlySpan<byte> room) => room.SequenceEqual(_name);

    /// <summary>The answer to a join.</summary>
    /// <param name="offset">Of the room at that moment.</param>
    /// <param name="epoch">Of its life.</param>
    /// <param name="isRecovered">What was missed comes now.</param>
    public void Joined(long offset, string epoch, bool isRecovered)
    {
        if (!isRecovered)
        {
            // A message may overtake the first answer.
            Offset = Epoch.Length == 0 ? Math.Max(Offset, offset) : offset;
        }

        Epoch = epoch;
    }

    /// <summary>A message has come. Returns what is wrong about it; null: nothing.</summary>
    public string? Deliver(long offset)
    {
        (long last, Offset) = (Offset, Math.Max(Offset, offset));
        if (last >= 0 && offset <= last)
        {
            return "it came again or out of order";
        }

        long skipped = last < 0 ? 0 : offset - last - 1;
        Skipped += skipped;
        return skipped > 0 && Kind == RoomKind.Complete ? "messages before it are missing" : null;
    }
}
