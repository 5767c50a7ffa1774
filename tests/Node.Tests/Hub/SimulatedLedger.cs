namespace Node.Tests.Hub;

/// <summary>What all clients of a simulation have been told, so that none is told anything else.</summary>
internal sealed class SimulatedLedger
{
    private readonly Dictionary<(string Room, string Epoch, ulong Offset), string> _messages = [];
    private int _texts;

    /// <summary>Messages may be dropped, and replies with them: then only what comes is checked, not what does not.</summary>
    public bool IsLossy { get; init; }

    public int Gaps { get; private set; }

    public string NewText(string author) => $"{author}-{++_texts}";

    /// <summary>A member was told of a message: everybody is told the same, and each the next one.</summary>
    public void Told(string room, string epoch, ulong offset, ulong last, string text)
    {
        if (offset != last + 1)
        {
            Assert.True(IsLossy && offset > last, $"{room}: {offset} came after {last}");
            Gaps++;
        }

        Expect(room, epoch, offset, text);
    }

    /// <summary>Whoever published it was told its number.</summary>
    public void Expect(string room, string epoch, ulong offset, string text)
    {
        if (!_messages.TryAdd((room, epoch, offset), text))
        {
            Assert.Equal(_messages[(room, epoch, offset)], text);
        }
    }
}
