namespace Node.Controller.State;

/// <summary>Nodes by id, and by the number that the other tables know them by. Not thread-safe.</summary>
internal sealed class NodeTable
{
    private readonly Dictionary<string, NodeEntry> _current = [];
    private readonly List<NodeEntry?> _bySlot = [null];
    private readonly Stack<int> _free = new();

    public IEnumerable<NodeEntry> Current => _current.Values;

    public NodeEntry this[int slot] => _bySlot[slot]!;

    public NodeEntry? Find(string id) => _current.GetValueOrDefault(id);

    /// <summary>A fresh entry, which takes the place of one of the same id. The number of that one stays taken until it is released.</summary>
    public NodeEntry Add(NodeAnnouncement announced, long nowMs)
    {
        if (!_free.TryPop(out int slot))
        {
            slot = _bySlot.Count;
            _bySlot.Add(null);
        }

        var entry = new NodeEntry(slot, announced, nowMs);
        _bySlot[slot] = entry;
        _current[announced.Id] = entry;
        return entry;
    }

    /// <summary>Gives the number of an entry back that nothing refers to any more.</summary>
    public void Release(NodeEntry entry)
    {
        if (_current.GetValueOrDefault(entry.Id) == entry)
        {
            _current.Remove(entry.Id);
        }

        _bySlot[entry.Slot] = null;
        _free.Push(entry.Slot);
    }
}
