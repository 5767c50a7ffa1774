using System.Text;

namespace Node.Controller.State;

/// <summary>What can be asked of the tables; only within <see cref="ControllerState.Ask"/>.</summary>
internal sealed class StateQueries(NodeTable nodes, Memberships members)
{
    /// <summary>Connections that an answer about one user lists: more is a service that many people share.</summary>
    private const int MostConnections = 1000;

    private readonly ConnectionTable _connections = members.Connections;
    private readonly RoomTable _rooms = members.Rooms;

    /// <summary>Null: nobody is in it.</summary>
    public RoomView? Room(string name, int maxUsers)
    {
        if (_rooms.Names.Find(name) is not (var room and not 0))
        {
            return null;
        }

        RoomRow row = _rooms.Names.Row(room);
        List<string> users = new(Math.Min(row.Users, maxUsers));
        for (int pair = row.FirstUser; pair != 0 && users.Count < maxUsers; pair = _rooms.Users[pair].NextOfOwner)
        {
            users.Add(_connections.Users.Text(_rooms.Users[pair].Member));
        }

        for (int member = row.FirstMember; member != 0 && users.Count < Math.Min(row.Users, maxUsers); member = members.Members[member].NextOfRoom)
        {
            ref ConnectionRow connection = ref _connections[members.Members[member].Connection];
            if (connection.IsAlone)
            {
                users.Add(_connections.Users.Text(connection.User));
            }
        }

        Dictionary<string, int> byNode = [];
        for (int pair = row.FirstNode; pair != 0; pair = _rooms.Nodes[pair].NextOfOwner)
        {
            // An incarnation that is being cleared away and the next one have the same id.
            string node = nodes[_rooms.Nodes[pair].Member].Id;
            byNode[node] = byNode.GetValueOrDefault(node) + _rooms.Nodes[pair].Value;
        }

        return new RoomView(name, row.Members, row.Users, users, byNode, _rooms.Metadata(room), row.SinceMs);
    }

    /// <summary>A user's connections, at most a thousand; empty: there are none.</summary>
    public IReadOnlyList<ConnectionView> User(string name)
    {
        List<ConnectionView> views = [];
        int connection = FirstConnection(name);
        for (; connection != 0 && views.Count < MostConnections; connection = _connections[connection].NextOfUser)
        {
            ref ConnectionRow row = ref _connections[connection];
            views.Add(new ConnectionView(KeyOf(row), row.Generation, row.SinceMs, RoomsOf(row)));
        }

        return views;
    }

    /// <summary>The nodes where a user has connections.</summary>
    public IReadOnlyCollection<NodeAnnouncement> NodesOf(string user)
    {
        HashSet<NodeAnnouncement> found = [];
        for (int connection = FirstConnection(user); connection != 0; connection = _connections[connection].NextOfUser)
        {
            NodeEntry node = nodes[_connections[connection].Node];
            if (nodes.Find(node.Id) == node)
            {
                found.Add(node.Announced);
            }
        }

        return found;
    }

    /// <summary>The sums over all rooms.</summary>
    public StatsView Stats() => new(
        _rooms.Names.Count, members.Members.Count, _connections.Users.Count, nodes.Current.Sum(node => node.Connections),
        nodes.Current.Count(node => !node.IsLost));

    /// <summary>The sums of one room; null: nobody is in it.</summary>
    public StatsView? Stats(string name)
    {
        if (_rooms.Names.Find(name) is not (var room and not 0))
        {
            return null;
        }

        RoomRow row = _rooms.Names.Row(room);
        int count = 0;
        for (int pair = row.FirstNode; pair != 0; pair = _rooms.Nodes[pair].NextOfOwner)
        {
            count++;
        }

        return new StatsView(1, row.Members, row.Users, row.Members, count);
    }

    /// <summary>A page of rooms whose names begin with a prefix.</summary>
    /// <param name="prefix">Empty: all rooms.</param>
    /// <param name="after">The last name of the page before; empty: the first page.</param>
    /// <param name="limit">Most rooms.</param>
    public RoomPage Rooms(string prefix, string after, int limit)
    {
        byte[] start = Encoding.UTF8.GetBytes(prefix);
        byte[] last = Encoding.UTF8.GetBytes(after);
        bool resumes = last.AsSpan().SequenceCompareTo(start) > 0 || after.Length > 0 && last.AsSpan().SequenceEqual(start);
        List<(string, int, int)> page = [];
        foreach (int room in _rooms.From(resumes ? last : start))
        {
            ReadOnlySpan<byte> name = _rooms.Names[room];
            if (resumes && name.SequenceEqual(last))
            {
                continue;
            }

            if (!name.StartsWith(start))
            {
                break;
            }

            if (page.Count == limit)
            {
                return new RoomPage(page, page[^1].Item1);
            }

            RoomRow row = _rooms.Names.Row(room);
            page.Add((_rooms.Names.Text(room), row.Members, row.Users));
        }

        return new RoomPage(page, "");
    }

    public IReadOnlyList<NodeView> Nodes() =>
        [.. nodes.Current.Select(ViewOf).OrderBy(view => view.Announced.Id, StringComparer.Ordinal)];

    /// <summary>Null: there is no such node.</summary>
    public NodeAnnouncement? Node(string id) => nodes.Find(id) is { IsLost: false } entry ? entry.Announced : null;

    /// <summary>Null: nobody is in it, nor expected back.</summary>
    public RoomRecord? RoomRecord(string name) =>
        _rooms.Names.Find(name) is var room and not 0 ? _rooms.Record(room) : members.Vacant.Find(name);

    /// <summary>Rooms that nobody is in, and that have a record all the same.</summary>
    public string[] VacantRooms() => members.Vacant.Names();

    /// <summary>Null: there is no such connection.</summary>
    public ConnectionRecord? Connection(ConnectionKey key)
    {
        if (nodes.Find(key.Node) is not { } node || _connections.Find(node.Slot, key.Number) is not (var connection and not 0))
        {
            return null;
        }

        ref ConnectionRow row = ref _connections[connection];
        return row.User == 0 ? null : new ConnectionRecord(key, _connections.Users.Text(row.User), row.SinceMs, RoomsOf(row));
    }

    /// <summary>Some connections of a walk over all of them, from a place on; gives the next place, 0 at the end.</summary>
    public int Walk(int from, int most, List<ConnectionKey> into)
    {
        int connection = Math.Max(from, 1);
        for (int i = 0; i < most && connection < _connections.End; i++, connection++)
        {
            if (_connections[connection].User != 0)
            {
                into.Add(KeyOf(_connections[connection]));
            }
        }

        return connection < _connections.End ? connection : 0;
    }

    private int FirstConnection(string user) =>
        _connections.Users.Find(user) is var id and not 0 ? _connections.Users.Row(id).FirstConnection : 0;

    private ConnectionKey KeyOf(in ConnectionRow row) => new(nodes[row.Node].Id, row.Number);

    private string[] RoomsOf(in ConnectionRow row)
    {
        List<string> rooms = [];
        for (int member = row.FirstRoom; member != 0; member = members.Members[member].NextOfConnection)
        {
            rooms.Add(_rooms.Names.Text(members.Members[member].Room));
        }

        return [.. rooms];
    }

    private static NodeView ViewOf(NodeEntry node) =>
        new(node.Announced, node.Connections, node.Users, node.IsProvisional, node.IsLost, node.SinceMs);
}
