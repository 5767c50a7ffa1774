using Node.Controller.State;

namespace Node.Controller.Stores;

/// <summary>
/// Names of the things whose latest state a store does not have: a thing that changes again waits no second time, and what it is then is read
/// when it is written. Bounded: beyond the bound the names are dropped and everything counts as changed. Any thread.
/// </summary>
internal sealed class WaitingChanges(int bound, TimeProvider time)
{
    // A name in a hash set, its slot and a share of the table's slack.
    private const int BytesPerName = 48;

    private readonly Lock _lock = new();
    private readonly Signal _something = new();
    private HashSet<ConnectionKey> _connections = [];
    private HashSet<string> _rooms = [];
    private HashSet<string> _nodes = [];
    private bool _everything;
    private long _since;

    public void Connection(ConnectionKey key)
    {
        lock (_lock)
        {
            if (MayWait())
            {
                _connections.Add(key);
            }
        }
    }

    public void Room(string room)
    {
        lock (_lock)
        {
            if (MayWait())
            {
                _rooms.Add(room);
            }
        }
    }

    public void Node(string node)
    {
        lock (_lock)
        {
            if (MayWait())
            {
                _nodes.Add(node);
            }
        }
    }

    /// <summary>Everything counts as changed.</summary>
    public void Everything()
    {
        lock (_lock)
        {
            MayWait();
            DropNames();
        }
    }

    /// <summary>Wakes the writer, though nothing may wait: to look at the store.</summary>
    public void Wake() => _something.Set();

    /// <summary>Names, their number, and since when the oldest has waited (a time stamp; 0: nothing waits).</summary>
    public (bool Everything, long Count, long Bytes, long Since) Look()
    {
        lock (_lock)
        {
            return (_everything, Count, Count * BytesPerName, _since);
        }
    }

    /// <summary>Completes when something waits.</summary>
    public Task SomethingAsync(CancellationToken cancel) => _something.WaitAsync(cancel);

    /// <summary>Whether everything counts as changed; from now on it does not any more.</summary>
    public bool TakeEverything()
    {
        lock (_lock)
        {
            bool was = _everything;
            _everything = false;
            return was;
        }
    }

    /// <summary>Takes names out, nodes first: a node's record goes ahead of its connections.</summary>
    public (List<string> Nodes, List<ConnectionKey> Connections, List<string> Rooms) Take(int most)
    {
        lock (_lock)
        {
            List<string> nodes = Take(ref _nodes, most);
            List<ConnectionKey> connections = Take(ref _connections, most - nodes.Count);
            return (nodes, connections, Take(ref _rooms, most - nodes.Count - connections.Count));
        }
    }

    /// <summary>What was taken has been written. Nothing waits any more where nothing came in meanwhile.</summary>
    public bool Settle()
    {
        lock (_lock)
        {
            bool isSettled = Count == 0 && !_everything;
            _since = isSettled ? 0 : _since;
            return isSettled;
        }
    }

    private int Count => _connections.Count + _rooms.Count + _nodes.Count;

    /// <summary>Notes that something waits; false: its name need not, because everything counts as changed.</summary>
    private bool MayWait()
    {
        if (_since == 0)
        {
            _since = Math.Max(1, time.GetTimestamp());
        }

        _something.Set();
        if (!_everything && Count >= bound)
        {
            DropNames();
        }

        return !_everything;
    }

    private void DropNames()
    {
        _everything = true;
        (_connections, _rooms, _nodes) = ([], [], []);
    }

    private static List<T> Take<T>(ref HashSet<T> set, int most)
    {
        List<T> taken = [.. set.Take(most)];
        if (taken.Count == set.Count)
        {
            // A fresh set, not a cleared one: after a storm the memory goes back.
            set = [];
        }
        else
        {
            set.ExceptWith(taken);
        }

        return taken;
    }
}
