using Node.Host.Tables;

namespace Node.Push.Routing;

/// <summary>Which users are linked by which nodes. The router's thread.</summary>
/// <remarks>
/// A user has no numbers and keeps no messages, so there is no object for it: a name in a table, and 8 bytes for each node that it is on. A
/// node's stream is a number here: what it has linked bears that number, and goes by it.
/// </remarks>
internal sealed class UserLinks
{
    // A name's row is its first link.
    private NameTable<int> _users = new();
    private SlotTable<UserLink> _links = new();
    private SlotTable<LinkingStream> _streams = new();

    /// <summary>Users that somebody is linked to.</summary>
    public int Count => _users.Count;

    /// <summary>Links a user; what its node had linked on a stream before this one gives way.</summary>
    public void Add(ReadOnlySpan<byte> user, NodeLink node)
    {
        int id = _users.Add(user);
        Unlink(id, node.Node);
        int link = _links.Add();
        ref int first = ref _users.Row(id);
        _links[link] = new UserLink { Stream = StreamOf(node), Next = first };
        first = link;
    }

    /// <summary>A node has no connection of the user any more, on this stream or one before it.</summary>
    public void Remove(ReadOnlySpan<byte> user, string node)
    {
        if (_users.Find(user) is var id and not 0)
        {
            Unlink(id, node);
            RemoveIfUnlinked(id);
        }
    }

    /// <summary>Adds the nodes that a user is on.</summary>
    public void Find(ReadOnlySpan<byte> user, List<NodeLink> nodes)
    {
        int link = _users.Find(user) is var id and not 0 ? _users.Row(id) : 0;
        for (; link != 0; link = _links[link].Next)
        {
            nodes.Add(_streams[_links[link].Stream].Node);
        }
    }

    /// <summary>Removes what a stream has linked that is over, and that no later one has linked again.</summary>
    public void RemoveAll(NodeLink node)
    {
        if (node.UserStream == 0)
        {
            return;
        }

        // Most often nothing is left: the next stream has linked it all.
        for (int id = 1; id < _users.End && _streams[node.UserStream].Links > 0; id++)
        {
            if (_users.Row(id) != 0)
            {
                Unlink(id, node.Node, node.UserStream);
                RemoveIfUnlinked(id);
            }
        }

        _streams.Remove(node.UserStream);
        node.UserStream = 0;
    }

    /// <summary>Removes everything.</summary>
    public void Clear()
    {
        for (int stream = 1; stream < _streams.End; stream++)
        {
            if (_streams[stream].Node is { } node)
            {
                node.UserStream = 0;
            }
        }

        (_users, _links, _streams) = (new(), new(), new());
    }

    private int StreamOf(NodeLink node)
    {
        if (node.UserStream == 0)
        {
            node.UserStream = _streams.Add();
            _streams[node.UserStream].Node = node;
        }

        _streams[node.UserStream].Links++;
        return node.UserStream;
    }

    /// <summary>Takes a node's link of a user away; with a stream, only one of that stream.</summary>
    private void Unlink(int id, string node, int stream = 0)
    {
        ref int before = ref _users.Row(id);
        while (before != 0)
        {
            int link = before;
            ref LinkingStream linking = ref _streams[_links[link].Stream];
            if (linking.Node.Node == node && (stream == 0 || stream == _links[link].Stream))
            {
                before = _links[link].Next;
                _links.Remove(link);
                linking.Links--;
                return;
            }

            before = ref _links[link].Next;
        }
    }

    private void RemoveIfUnlinked(int id)
    {
        if (_users.Row(id) == 0)
        {
            _users.Remove(id);
        }
    }

    private struct UserLink
    {
        public int Stream;

        /// <summary>Of the same user.</summary>
        public int Next;
    }

    private struct LinkingStream
    {
        public NodeLink Node;

        /// <summary>How many users it has linked.</summary>
        public int Links;
    }
}
