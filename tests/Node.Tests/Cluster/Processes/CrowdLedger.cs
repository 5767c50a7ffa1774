namespace Node.Tests.Cluster.Processes;

/// <summary>
/// What one member was given of its room, judged as it comes: each number once, in order, none left out, also across a change of the
/// connection, for which a client says what it had last. Its member's thread; others while nothing comes.
/// </summary>
internal sealed class CrowdLedger
{
    private readonly SortedDictionary<ulong, string> _early = [];
    private bool _isOpen;
    private ulong _recoverTo;
    private ulong _hadBefore;

    /// <summary>Empty before the first reply to <c>join</c>.</summary>
    public string Epoch { get; private set; } = "";

    /// <summary>Of the last message.</summary>
    public ulong Offset { get; private set; }

    public List<CrowdMessage> Heard { get; } = [];

    public List<string> Faults { get; } = [];

    /// <summary>How often a node could not tell what was missed while the member was between connections.</summary>
    public int Restarts { get; private set; }

    /// <summary>A connection begins: what comes before the reply to <c>join</c> waits for it.</summary>
    public void Hold()
    {
        _isOpen = false;
        _early.Clear();
    }

    /// <summary>The reply to <c>join</c>.</summary>
    public void Open(string epoch, ulong offset, bool isRecovered)
    {
        bool isNew = Epoch.Length == 0;
        if (isRecovered && epoch != Epoch)
        {
            Faults.Add($"recovered epoch {epoch}, and had {Epoch}");
        }

        if (!isRecovered)
        {
            Restarts += isNew ? 0 : 1;
            (Epoch, Offset) = (epoch, offset);
        }

        // A node may lag a moment behind the one that was left: what it catches up with was heard there.
        (_isOpen, _recoverTo, _hadBefore) = (true, offset, Offset);
        foreach ((ulong early, string id) in _early.ToList())
        {
            _early.Remove(early);
            Take(early, id);
        }
    }

    public void Take(ulong offset, string id)
    {
        if (!_isOpen || (offset > Offset + 1 && Offset < _recoverTo))
        {
            if (!_early.TryAdd(offset, id))
            {
                Faults.Add($"{offset} twice: {_early[offset]}, {id}");
            }

            return;
        }

        if (offset <= Offset)
        {
            if (offset <= _recoverTo || offset > _hadBefore)
            {
                Faults.Add($"{offset} ({id}) after {Offset}");
            }

            return;
        }

        if (offset > Offset + 1)
        {
            Faults.Add($"{offset} ({id}) after {Offset}, in {Epoch}");
        }

        Offset = offset;
        Heard.Add(new CrowdMessage(Epoch, offset, id));
        if (_early.Remove(offset + 1, out string? next))
        {
            Take(offset + 1, next);
        }
    }
}
