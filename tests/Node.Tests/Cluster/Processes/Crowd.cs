using Node.Protocol.Controller;

namespace Node.Tests.Cluster.Processes;

/// <summary>
/// Clients in rooms that are spread over all nodes, who publish now and then, and an application that pushes to their rooms. Whoever disturbs the
/// cluster meanwhile asks afterwards whether anybody has missed something.
/// </summary>
internal sealed class Crowd : IAsyncDisposable
{
    private const int RoomSize = 20;
    private const int PublishesATick = 4;
    private const int PushesATick = 2;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private readonly ClusterProcesses _cluster;
    private readonly CrowdMember[] _members;
    private readonly string[] _rooms;
    private readonly CrowdPusher _pusher;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Task _talking;
    private volatile bool _isTalking;
    private int _ticks;
    private int _ids;

    private Crowd(ClusterProcesses cluster, int size)
    {
        _cluster = cluster;
        _rooms = [.. Enumerable.Range(0, size / RoomSize).Select(room => $"room-{room}")];
        _members = [.. Enumerable.Range(0, size).Select(number =>
            new CrowdMember($"user-{number}", _rooms[number / RoomSize], _ => NodeFor(number)))];
        _pusher = new CrowdPusher(cluster);
        _talking = Task.Run(TalkAsync);
    }

    /// <summary>Publishes that were answered with an error, or whose connection ended first, since the last <see cref="AuditAsync"/>.</summary>
    public int Unanswered => _members.Sum(member => member.Refused.Count + member.Unknown.Count);

    /// <summary>How often a member came back to a node that could not tell it what it had missed, of all time.</summary>
    public int Restarts => _members.Sum(member => member.Ledger.Restarts);

    /// <summary>Connects everybody and waits until all are in their rooms.</summary>
    public static async Task<Crowd> GatherAsync(ClusterProcesses cluster, int size)
    {
        var crowd = new Crowd(cluster, size);
        foreach (CrowdMember[] few in crowd._members.Chunk(50))
        {
            Array.ForEach(few, member => member.Start());
            await cluster.UntilAsync(() => Task.FromResult(few.Any(member => !member.IsIn) ? "the crowd does not come in" : null));
        }

        return crowd;
    }

    /// <summary>Talks for some time, or goes on to.</summary>
    public async Task TalkAsync(TimeSpan time)
    {
        _isTalking = true;
        int until = Volatile.Read(ref _ticks) + (int)(time / Tick);
        await _cluster.UntilAsync(() => Task.FromResult(Volatile.Read(ref _ticks) < until ? "the crowd does not talk" : null));
    }

    /// <summary>Whoever is on this node leaves it without a word, and comes back to one that serves.</summary>
    /// <param name="node">The node.</param>
    /// <param name="everyOther">Only every other one does.</param>
    /// <returns>How many.</returns>
    public int Leave(ClusterProcess node, bool everyOther = false)
    {
        CrowdMember[] leaving = [.. _members.Where(member => member.Node == node).Where((_, place) => !everyOther || place % 2 == 0)];
        Array.ForEach(leaving, member => member.Move());
        return leaving.Length;
    }

    /// <summary>Brings those back whose place is on this node.</summary>
    public void ReturnTo(ClusterProcess node)
    {
        for (int number = 0; number < _members.Length; number++)
        {
            if (NodeFor(number) == node && _members[number].Node != node)
            {
                _members[number].Move();
            }
        }
    }

    /// <summary>Waits until every room takes a message, and all its members have it.</summary>
    public async Task ReachAllAsync()
    {
        CrowdMessage[] last = [.. (await Task.WhenAll(_rooms.Select(room => _pusher.PushAsync(room, NextId())))
            .WaitAsync(ClusterProcesses.Patience)).Select(message => message!)];
        Assert.True(_pusher.Faults.Count == 0, string.Join('\n', _pusher.Faults.Take(20)));
        for (int room = 0; room < _rooms.Length; room++)
        {
            await _cluster.UntilAsync(() => Task.FromResult(MembersOf(room).FirstOrDefault(member => !HasHeard(member, last[room])) is { } one
                ? $"{one.Name} in {one.Room} on {one.Node?.Id} has {one.Ledger.Offset} in {one.Ledger.Epoch}, but not {last[room]}"
                : null));
        }

        bool HasHeard(CrowdMember member, CrowdMessage message) =>
            member.IsIn && member.Ledger.Epoch == message.Epoch && member.Ledger.Offset >= message.Offset;
    }

    /// <summary>
    /// Falls silent, waits until all have heard everything, and finds out whether everybody has heard the same: in order, once, and all that
    /// was acknowledged. What was said before an audit is not looked at again.
    /// </summary>
    /// <returns>How much that was.</returns>
    public async Task<string> AuditAsync()
    {
        _isTalking = false;
        await _cluster.UntilAsync(() => Task.FromResult(
            _pusher.IsWaiting || _members.Any(member => member.IsWaiting) ? "somebody waits for an answer" : null));
        await ReachAllAsync();
        string[] faults = [.. _rooms.SelectMany((room, number) => AuditRoom(room, [.. MembersOf(number)]))];
        Assert.True(faults.Length == 0, $"{faults.Length} faults\n{string.Join('\n', faults.Take(20))}");
        string said = $"{_members.Sum(member => member.Acknowledged.Count)} published, {Unanswered} in vain, {_pusher.Acknowledged.Count} pushed, "
            + $"{_members.Sum(member => member.Ledger.Heard.Count)} heard";
        foreach (CrowdMember member in _members)
        {
            member.Ledger.Heard.Clear();
            member.Acknowledged.Clear();
            member.Refused.Clear();
            member.Unknown.Clear();
        }

        _pusher.Acknowledged.Clear();
        return said;
    }

    /// <summary>Waits until the controller and the nodes know who is where as the members themselves do.</summary>
    public Task KnownAsync() => _cluster.UntilAsync(FindStrangerAsync);

    /// <summary>Somebody of whom the controller knows something else than he does; null: there is nobody.</summary>
    public async Task<string?> FindStrangerAsync()
    {
        ListRoomsResponse? rooms = await _cluster.AskAsync(controller => controller.ListRoomsAsync(new ListRoomsRequest { Limit = 1000 }).ResponseAsync);
        if (rooms is null || rooms.Rooms.Count != _rooms.Length)
        {
            return $"the controller knows {rooms?.Rooms.Count} rooms: {rooms}";
        }

        RoomStats? stats = await _cluster.AskAsync(controller => controller.GetRoomStatsAsync(new GetRoomStatsRequest()).ResponseAsync);
        ulong size = (ulong)_members.Length;
        if (stats is null || (stats.Members, stats.Users, stats.Connections) != (size, size, size))
        {
            return $"the controller counts {stats}, and there are {size}";
        }

        for (int room = 0; room < _rooms.Length; room++)
        {
            if (await FindStrangerAsync(_rooms[room], [.. MembersOf(room)]) is { } stranger)
            {
                return stranger;
            }
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await _talking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_members.Select(member => member.DisposeAsync().AsTask()));
        _pusher.Dispose();
        _stopped.Dispose();
    }

    private IEnumerable<CrowdMember> MembersOf(int room) => _members.Skip(room * RoomSize).Take(RoomSize);

    private string NextId() => $"message-{Interlocked.Increment(ref _ids)}";

    /// <summary>Its own, where that serves; else the next that does.</summary>
    private ClusterProcess NodeFor(int number)
    {
        ClusterProcess[] serving = [.. _cluster.Nodes.Where(node => node.IsServing)];
        ClusterProcess home = _cluster.Nodes[number % _cluster.Nodes.Count];
        return home.IsServing ? home : serving[number / _cluster.Nodes.Count % serving.Length];
    }

    private async Task TalkAsync()
    {
        using var timer = new PeriodicTimer(Tick);
        while (await timer.WaitForNextTickAsync(_stopped.Token))
        {
            if (!_isTalking)
            {
                continue;
            }

            for (int i = 0; i < PublishesATick; i++)
            {
                _members[Random.Shared.Next(_members.Length)].Publish(NextId());
            }

            for (int i = 0; i < PushesATick; i++)
            {
                _pusher.Push(_rooms[Random.Shared.Next(_rooms.Length)], NextId());
            }

            Interlocked.Increment(ref _ticks);
        }
    }

    private async Task<string?> FindStrangerAsync(string room, CrowdMember[] members)
    {
        RoomInfo? info = await _cluster.AskAsync(controller => controller.GetRoomInfoAsync(new GetRoomInfoRequest { Room = room }).ResponseAsync);
        string[] names = [.. members.Select(member => member.Name).Order(StringComparer.Ordinal)];
        IEnumerable<(string, ulong)> places = members.GroupBy(member => member.Node!.Id).Select(node => (node.Key, (ulong)node.Count()));
        bool isKnown = info is not null && info.Members == (ulong)members.Length
            && names.SequenceEqual(info.Users.Order(StringComparer.Ordinal))
            && places.ToHashSet().SetEquals(info.Nodes.Select(node => (node.Key, node.Value)));
        if (!isKnown)
        {
            return $"the controller says {info}, and there are {string.Join(", ", places)}";
        }

        // One on each node.
        foreach (CrowdMember member in members.DistinctBy(member => member.Node))
        {
            string[] told = await member.AskPresenceAsync();
            if (!names.SequenceEqual(told.Order(StringComparer.Ordinal)))
            {
                return $"{member.Name} on {member.Node!.Id} is told of {string.Join(", ", told)} in {room}";
            }
        }

        return null;
    }

    private IEnumerable<string> AuditRoom(string room, CrowdMember[] members)
    {
        foreach (string fault in members.SelectMany(member => member.Ledger.Faults.Select(fault => $"{member.Name}, {room}: {fault}")))
        {
            yield return fault;
        }

        var heard = new Dictionary<string, CrowdMessage>();
        var numbers = new Dictionary<(string, ulong), string>();
        foreach (CrowdMessage message in members.SelectMany(member => member.Ledger.Heard))
        {
            if (heard.TryAdd(message.Id, message) ? !numbers.TryAdd((message.Epoch, message.Offset), message.Id) : heard[message.Id] != message)
            {
                yield return $"{room}: {message}, {heard[message.Id]} and {numbers.GetValueOrDefault((message.Epoch, message.Offset))} do not go together";
            }
        }

        IEnumerable<CrowdMessage> promised = members.SelectMany(member => member.Acknowledged)
            .Concat(_pusher.Acknowledged.Where(pushed => pushed.Room == room).Select(pushed => pushed.Message));
        foreach (CrowdMessage message in promised)
        {
            if (!heard.TryGetValue(message.Id, out CrowdMessage? found) || found.Offset != message.Offset)
            {
                yield return $"{room}: {message} was acknowledged, and heard as {found}";
            }
        }
    }
}
