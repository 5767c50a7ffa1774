using Node.Controller.State;

namespace Node.Tests.Controller;

/// <summary>The rules of reports, written as plainly as they can be: dictionaries, whole snapshots, nothing shared with the product.</summary>
internal sealed class NaiveState
{
    private readonly Dictionary<string, NaiveNode> _nodes = [];

    /// <summary>Room, user, node and number of every membership.</summary>
    public IEnumerable<(string Room, string User, string Node, ulong Number)> Memberships =>
        from node in _nodes
        from connection in node.Value.Connections
        from room in connection.Value.Rooms.Keys
        select (room, connection.Value.User, node.Key, connection.Key);

    public IEnumerable<(string User, string Node, ulong Number)> Connections =>
        from node in _nodes
        from connection in node.Value.Connections
        select (connection.Value.User, node.Key, connection.Key);

    public ReportOutcome Take(Report report)
    {
        NaiveNode? node = _nodes.GetValueOrDefault(report.Node);
        if (node is not null && report.Incarnation < node.Incarnation)
        {
            return ReportOutcome.OldIncarnation;
        }

        bool isSame = node is not null && node.Incarnation == report.Incarnation;
        if (isSame && report.Session < node!.Session)
        {
            return ReportOutcome.Superseded;
        }

        bool continues = isSame && node!.Session == report.Session && !node.IsLost;
        if (continues && report.Batch <= node!.Batch)
        {
            return ReportOutcome.Taken;
        }

        if (!report.BeginsSnapshot && !continues)
        {
            return ReportOutcome.NeedsSnapshot;
        }

        if (!report.BeginsSnapshot && report.Batch > node!.Batch + 1)
        {
            return ReportOutcome.MissingBatch;
        }

        if (!isSame)
        {
            _nodes[report.Node] = node = new NaiveNode { Incarnation = report.Incarnation };
        }

        Apply(node!, report);
        return ReportOutcome.Taken;
    }

    public void Announce(string id, ulong incarnation)
    {
        if (!_nodes.TryGetValue(id, out NaiveNode? node) || node.Incarnation < incarnation)
        {
            _nodes[id] = new NaiveNode { Incarnation = incarnation };
        }
        else if (node.Incarnation == incarnation)
        {
            node.IsLost = false;
        }
    }

    public void Lose(string id, ulong incarnation)
    {
        if (_nodes.TryGetValue(id, out NaiveNode? node) && node.Incarnation <= incarnation && !node.IsLost)
        {
            _nodes[id] = new NaiveNode { Incarnation = node.Incarnation, IsLost = true };
        }
    }

    private static void Apply(NaiveNode node, Report report)
    {
        (node.IsLost, node.Session, node.Batch) = (false, report.Session, report.Batch);
        if (report.BeginsSnapshot)
        {
            node.Forget();
        }

        foreach (Change change in report.Changes)
        {
            Apply(node, change);
        }

        if (report.EndsSnapshot)
        {
            node.DropUnrepeated();
        }
    }

    private static void Apply(NaiveNode node, Change change)
    {
        if (node.Gone.Contains(change.Connection))
        {
            return;
        }

        if (!node.Connections.TryGetValue(change.Connection, out NaiveConnection? connection))
        {
            if (change.Kind == ChangeKind.Connected)
            {
                node.Connections[change.Connection] = new NaiveConnection { User = change.Name, Generation = change.Generation, IsRepeated = true };
            }

            return;
        }

        bool isStale = change.Generation < connection.Generation;
        connection.Generation = Math.Max(connection.Generation, change.Generation);
        if (change.Kind == ChangeKind.Connected)
        {
            connection.IsRepeated = true;
        }
        else if (change.Kind == ChangeKind.Joined && (!isStale || connection.Rooms.ContainsKey(change.Name)))
        {
            connection.Rooms[change.Name] = true;
        }
        else if (change.Kind == ChangeKind.Left && !isStale)
        {
            connection.Rooms.Remove(change.Name);
        }
        else if (change.Kind == ChangeKind.Disconnected && !isStale)
        {
            node.Drop(change.Connection);
        }
    }

    private sealed class NaiveNode
    {
        public ulong Incarnation { get; init; }
        public long Session { get; set; }
        public ulong Batch { get; set; }
        public bool IsLost { get; set; }
        public Dictionary<ulong, NaiveConnection> Connections { get; } = [];
        public HashSet<ulong> Gone { get; } = [];

        public void Drop(ulong number)
        {
            Connections.Remove(number);
            Gone.Add(number);
        }

        public void Forget()
        {
            foreach (NaiveConnection connection in Connections.Values)
            {
                connection.IsRepeated = false;
                foreach (string room in connection.Rooms.Keys)
                {
                    connection.Rooms[room] = false;
                }
            }
        }

        public void DropUnrepeated()
        {
            foreach ((ulong number, NaiveConnection connection) in Connections.ToArray())
            {
                if (!connection.IsRepeated)
                {
                    Drop(number);
                }

                foreach (string room in connection.Rooms.Where(room => !room.Value).Select(room => room.Key).ToArray())
                {
                    connection.Rooms.Remove(room);
                }
            }
        }
    }

    private sealed class NaiveConnection
    {
        public required string User { get; init; }
        public ulong Generation { get; set; }
        public bool IsRepeated { get; set; }

        /// <summary>By room: whether the latest snapshot has repeated it.</summary>
        public Dictionary<string, bool> Rooms { get; } = [];
    }
}
