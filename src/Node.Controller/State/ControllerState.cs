namespace Node.Controller.State;

/// <summary>
/// Who is connected where, and in which rooms. Any thread.
/// </summary>
/// <remarks>
/// One lock around plain tables, and not a reader of a channel: a query answers on its caller's thread and needs no task, no copy of its
/// question and no place in a queue behind the batches. What is large is done in slices, and the lock is let go between them, so
/// that nobody waits longer than for one slice (well below a millisecond).
/// </remarks>
internal sealed class ControllerState
{
    private const int Slice = 512;
    private static readonly TimeSpan LostRemembered = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly NodeTable _nodes = new();
    private readonly Memberships _members;
    private readonly ChangeRules _rules;
    private readonly StateQueries _queries;
    private readonly IStateObserver _observer;
    private readonly TimeProvider _time;

    public ControllerState(IStateObserver observer, TimeProvider time)
    {
        (_observer, _time) = (observer, time);
        _members = new Memberships(observer, time);
        _rules = new ChangeRules(_members);
        _queries = new StateQueries(_nodes, _members);
    }

    /// <summary>Takes a batch in. A batch that was taken before changes nothing.</summary>
    public ReportOutcome Take(Report report)
    {
        ReportOutcome outcome;
        NodeEntry? node;
        NodeEntry? voided;
        lock (_lock)
        {
            outcome = Admit(report, out node, out voided);
        }

        Clear(voided);
        return node is null ? outcome : Apply(report, node);
    }

    /// <summary>Takes what the registry says of a node. A later incarnation voids what an earlier one said.</summary>
    public void Announce(NodeAnnouncement announced)
    {
        NodeEntry? voided = null;
        lock (_lock)
        {
            NodeEntry? known = _nodes.Find(announced.Id);
            if (known is null || announced.Incarnation > known.Incarnation)
            {
                voided = known;
                _nodes.Add(announced, Now());
                _observer.NodeChanged(announced.Id);
            }
            else if (announced.Incarnation == known.Incarnation && (known.IsLost || known.Announced != announced))
            {
                // One that was lost is back; its members come with its snapshot.
                (known.Announced, known.IsLost) = (announced, false);
                _observer.NodeChanged(announced.Id);
            }
        }

        Clear(voided);
    }

    /// <summary>A node is lost: its members go, until a snapshot brings them back. A later incarnation is left alone.</summary>
    public void Lose(string id, ulong incarnation)
    {
        NodeEntry? lost;
        lock (_lock)
        {
            lost = _nodes.Find(id);
            if (lost is null || lost.IsLost || lost.Incarnation > incarnation)
            {
                return;
            }

            _nodes.Add(lost.Announced, Now()).IsLost = true;
            _observer.NodeChanged(id);
        }

        Clear(lost);
        lost.TellLost();
        ForgetLost();
    }

    /// <summary>Done when the node is lost for which a stream reports; at once where the stream is not heard any more.</summary>
    public Task WhenLost(Report report)
    {
        lock (_lock)
        {
            return _nodes.Find(report.Node) is { } node && IsCurrent(node, report) ? node.Lost : Task.CompletedTask;
        }
    }

    /// <summary>Sets a room's metadata; false: nobody is in it.</summary>
    public bool SetMetadata(string name, IReadOnlyDictionary<string, string> metadata)
    {
        lock (_lock)
        {
            if (_members.Rooms.Names.Find(name) is var room and not 0)
            {
                _members.Rooms.SetMetadata(room, metadata);
                _observer.RoomChanged(name);
                return true;
            }

            return false;
        }
    }

    /// <summary>Forgets rooms whose last connection ended before a time, and to which nobody has come back.</summary>
    public void ForgetVacant(long beforeMs)
    {
        lock (_lock)
        {
            foreach (string room in _members.Vacant.Forget(beforeMs))
            {
                _observer.RoomChanged(room);
            }
        }
    }

    /// <summary>Asks: the answer is one moment's.</summary>
    public T Ask<T>(Func<StateQueries, T> question)
    {
        lock (_lock)
        {
            return question(_queries);
        }
    }

    /// <summary>Takes in what a store remembers, before anything else: provisional until the node's snapshot, or until it is lost.</summary>
    public void Restore(IEnumerable<NodeAnnouncement> nodes, IEnumerable<ConnectionRecord> connections)
    {
        lock (_lock)
        {
            foreach (NodeAnnouncement announced in nodes)
            {
                RestoredNode(announced);
            }

            foreach (ConnectionRecord record in connections)
            {
                NodeEntry node = _nodes.Find(record.Key.Node) ?? RestoredNode(new NodeAnnouncement(record.Key.Node, 0));
                if (_members.Connections.Find(node.Slot, record.Key.Number) == 0)
                {
                    int connection = _members.Connect(node, record.Key.Number, record.User, record.SinceMs);
                    foreach (string room in record.Rooms)
                    {
                        _members.Join(node, connection, room, record.SinceMs);
                    }
                }
            }
        }
    }

    /// <summary>Takes in what a store remembers of rooms, after their members.</summary>
    public void Restore(IEnumerable<RoomRecord> rooms)
    {
        lock (_lock)
        {
            foreach (RoomRecord record in rooms)
            {
                if (_members.Rooms.Names.Find(record.Room) is var room and not 0)
                {
                    _members.Rooms.Restore(room, record);
                }
                else
                {
                    _members.Vacant.Keep(record, Now());
                }
            }
        }
    }

    private NodeEntry RestoredNode(NodeAnnouncement announced)
    {
        NodeEntry node = _nodes.Add(announced, Now());
        node.IsProvisional = true;
        return node;
    }

    /// <summary>Whether a batch may be applied, and to whom. Nobody, and taken: it was before.</summary>
    private ReportOutcome Admit(Report report, out NodeEntry? node, out NodeEntry? voided)
    {
        node = null;
        voided = null;
        NodeEntry? known = _nodes.Find(report.Node);
        if (known is not null && report.Incarnation < known.Incarnation)
        {
            return ReportOutcome.OldIncarnation;
        }

        bool isSame = known is not null && report.Incarnation == known.Incarnation;
        if (isSame && report.Session < known!.Session)
        {
            return ReportOutcome.Superseded;
        }

        bool continues = isSame && report.Session == known!.Session && !known.IsLost;
        if (continues && report.Batch <= known!.Batch)
        {
            return ReportOutcome.Taken;
        }

        if (!report.BeginsSnapshot && !continues)
        {
            return ReportOutcome.NeedsSnapshot;
        }

        if (!report.BeginsSnapshot && report.Batch != known!.Batch + 1)
        {
            return ReportOutcome.MissingBatch;
        }

        voided = isSame ? null : known;
        node = isSame ? known! : _nodes.Add(new NodeAnnouncement(report.Node, report.Incarnation), Now());
        if (report.BeginsSnapshot)
        {
            BeginSnapshot(report, node);
        }

        return ReportOutcome.Taken;
    }

    private void BeginSnapshot(Report report, NodeEntry node)
    {
        if (node.IsLost || node.Session == 0)
        {
            _observer.NodeChanged(node.Id);
        }

        (node.Session, node.IsLost) = (report.Session, false);
        node.Mark++;
    }

    private ReportOutcome Apply(Report report, NodeEntry node)
    {
        for (int at = 0; at < report.Changes.Count; at += Slice)
        {
            lock (_lock)
            {
                if (!IsCurrent(node, report))
                {
                    return ReportOutcome.Superseded;
                }

                for (int i = at; i < Math.Min(at + Slice, report.Changes.Count); i++)
                {
                    _rules.Apply(node, report.Changes[i]);
                }
            }
        }

        return report.EndsSnapshot && !Sweep(report, node) ? ReportOutcome.Superseded : Finish(report, node);
    }

    private ReportOutcome Finish(Report report, NodeEntry node)
    {
        lock (_lock)
        {
            if (!IsCurrent(node, report))
            {
                return ReportOutcome.Superseded;
            }

            node.Batch = report.Batch;
            node.IsProvisional &= !report.EndsSnapshot;
            return ReportOutcome.Taken;
        }
    }

    /// <summary>Drops what the snapshot has not repeated. Between two slices only this report's stream can touch the node's list.</summary>
    private bool Sweep(Report report, NodeEntry node)
    {
        int connection = node.FirstConnection;
        while (connection != 0)
        {
            lock (_lock)
            {
                if (!IsCurrent(node, report))
                {
                    return false;
                }

                for (int i = 0; i < Slice && connection != 0; i++)
                {
                    int next = _members.Connections[connection].NextOfNode;
                    if (_members.Connections[connection].Mark != node.Mark)
                    {
                        _rules.Drop(node, connection);
                    }
                    else
                    {
                        _members.LeaveUnconfirmed(node, connection);
                    }

                    connection = next;
                }
            }
        }

        return true;
    }

    private bool IsCurrent(NodeEntry node, Report report) =>
        _nodes.Find(node.Id) == node && node.Session == report.Session && !node.IsLost;

    /// <summary>Removes all members of an entry that another has taken the place of.</summary>
    private void Clear(NodeEntry? entry)
    {
        while (entry is not null)
        {
            lock (_lock)
            {
                for (int i = 0; i < Slice && entry.FirstConnection != 0; i++)
                {
                    int connection = entry.FirstConnection;
                    _members.Disconnect(entry, connection);
                    _members.Connections.Forget(connection);
                }

                if (entry.FirstConnection == 0)
                {
                    Release(entry);
                    return;
                }
            }
        }
    }

    private void Release(NodeEntry entry)
    {
        foreach (int gone in entry.Gone)
        {
            _members.Connections.Forget(gone);
        }

        _nodes.Release(entry);
    }

    private void ForgetLost()
    {
        lock (_lock)
        {
            long before = Now() - (long)LostRemembered.TotalMilliseconds;
            foreach (NodeEntry entry in _nodes.Current.Where(entry => entry.IsLost && entry.SinceMs < before).ToArray())
            {
                Release(entry);
            }
        }
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
