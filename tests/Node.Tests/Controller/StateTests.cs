using Node.Controller.State;

namespace Node.Tests.Controller;

/// <summary>What the property tests do not reach: pages, restored members, metadata, long names, large numbers.</summary>
public class StateTests
{
    private readonly MirrorObserver _observer = new();
    private readonly ControllerState _state;

    public StateTests() => _state = new ControllerState(_observer, TimeProvider.System);

    [Fact]
    public void Rooms_are_listed_in_the_order_of_their_names_page_by_page()
    {
        string[] names = [.. Enumerable.Range(0, 5000).Select(i => $"room-{i * 7919 % 5000}")];
        Connect(1, "anna", [.. names, "other"]);
        List<string> listed = [];
        string after = "";
        do
        {
            RoomPage page = _state.Ask(queries => queries.Rooms("room-", after, 333));
            listed.AddRange(page.Rooms.Select(room => room.Room));
            after = page.Next;
        }
        while (after.Length > 0);
        Assert.Equal(names.Order(StringComparer.Ordinal), listed);
    }

    [Fact]
    public void A_page_goes_on_where_its_last_room_was_though_that_room_is_gone()
    {
        Connect(1, "anna", "a", "b", "c");
        Assert.Equal("a", _state.Ask(queries => queries.Rooms("", "", 1)).Next);
        Take(2, false, false, new Change(ChangeKind.Left, 1, 2, "a", 0));
        Assert.Equal(["b", "c"], _state.Ask(queries => queries.Rooms("", "a", 9)).Rooms.Select(room => room.Room));
    }

    [Fact]
    public void Restored_members_are_provisional_until_the_snapshot_which_is_compared()
    {
        _state.Restore([new NodeAnnouncement("n", 5)],
        [
            new ConnectionRecord(new ConnectionKey("n", 1), "anna", 10, ["lobby", "tea"]),
            new ConnectionRecord(new ConnectionKey("n", 2), "bert", 11, ["lobby"]),
        ]);
        _state.Restore([new RoomRecord("lobby", 3, new Dictionary<string, string> { ["topic"] = "x" }), new RoomRecord("gone", 4, new Dictionary<string, string>())]);
        _observer.Flush(_state);
        Assert.True(Assert.Single(Nodes()).IsProvisional);
        RoomView lobby = Room("lobby")!;
        Assert.Equal((2, 3L, "x"), (lobby.Members, lobby.SinceMs, lobby.Metadata["topic"]));
        Assert.Null(Room("gone"));

        // The connection's changes are older than what a store would have remembered: the snapshot is right all the same.
        Assert.Equal(ReportOutcome.Taken, _state.Take(new Report(1, "n", 5, 17, true, true,
            [new Change(ChangeKind.Connected, 1, 1, "anna", 0), new Change(ChangeKind.Joined, 1, 2, "tea", 0), new Change(ChangeKind.Joined, 1, 3, "new", 0)])));
        _observer.Flush(_state);
        Assert.False(Assert.Single(Nodes()).IsProvisional);
        Assert.Null(Room("lobby"));
        Assert.Equal(1, Room("tea")!.Members);
        Assert.Equal([("new", "anna"), ("tea", "anna")], _observer.Present.Order());
        Assert.Equal(["new", "tea"], Assert.Single(_observer.Connections.Values).Rooms.Order());
    }

    [Fact]
    public void A_snapshot_of_a_later_start_voids_what_was_restored()
    {
        _state.Restore([new NodeAnnouncement("n", 5)], [new ConnectionRecord(new ConnectionKey("n", 1), "anna", 10, ["lobby"])]);
        Assert.Equal(ReportOutcome.Taken, _state.Take(new Report(1, "n", 6, 1, true, true, [])));
        Assert.Null(Room("lobby"));
    }

    [Fact]
    public void A_lost_node_is_listed_as_lost_and_its_members_are_gone()
    {
        Connect(1, "anna", "lobby");
        _state.Lose("n", 1);
        NodeView node = Assert.Single(Nodes());
        Assert.True(node.IsLost);
        Assert.Equal(0, node.Connections);
        Assert.Null(Room("lobby"));
        Assert.Equal(ReportOutcome.NeedsSnapshot, Take(2, false, false));
        Assert.Equal(ReportOutcome.Taken, Take(2, true, true, new Change(ChangeKind.Connected, 1, 1, "anna", 0)));
        Assert.False(Assert.Single(Nodes()).IsLost);
    }

    [Fact]
    public void Metadata_lives_as_long_as_somebody_is_in_the_room()
    {
        Assert.False(_state.SetMetadata("lobby", new Dictionary<string, string> { ["a"] = "b" }));
        Connect(1, "anna", "lobby");
        Assert.True(_state.SetMetadata("lobby", new Dictionary<string, string> { ["a"] = "b" }));
        Assert.Equal("b", Room("lobby")!.Metadata["a"]);
        Take(2, false, false, new Change(ChangeKind.Left, 1, 100, "lobby", 0), new Change(ChangeKind.Joined, 1, 101, "lobby", 0));
        Assert.Empty(Room("lobby")!.Metadata);
    }

    [Fact]
    public void Metadata_waits_for_those_whose_connection_has_ended_and_no_longer_than_the_grace()
    {
        Connect(1, "anna", "lobby");
        _state.SetMetadata("lobby", new Dictionary<string, string> { ["a"] = "b" });
        Take(2, false, false, new Change(ChangeKind.Disconnected, 1, 100, "", 0));
        _observer.Flush(_state);
        Assert.Null(Room("lobby"));
        Assert.Equal("b", _observer.Rooms["lobby"].Metadata["a"]);
        Assert.False(_state.SetMetadata("lobby", new Dictionary<string, string>()));

        Take(3, false, false, new Change(ChangeKind.Connected, 2, 1, "anna", 0), new Change(ChangeKind.Joined, 2, 1, "lobby", 7));
        Assert.Equal(("b", 0L), (Room("lobby")!.Metadata["a"], Room("lobby")!.SinceMs));

        Take(4, false, false, new Change(ChangeKind.Disconnected, 2, 100, "", 0));
        _state.ForgetVacant(0);
        _observer.Flush(_state);
        Assert.True(_observer.Rooms.ContainsKey("lobby"));
        _state.ForgetVacant(long.MaxValue);
        _observer.Flush(_state);
        Assert.False(_observer.Rooms.ContainsKey("lobby"));
        Take(5, false, false, new Change(ChangeKind.Connected, 3, 1, "anna", 0), new Change(ChangeKind.Joined, 3, 1, "lobby", 0));
        Assert.Empty(Room("lobby")!.Metadata);
    }

    [Fact]
    public void Metadata_of_a_restored_room_waits_for_those_who_come_back()
    {
        _state.Restore([new RoomRecord("lobby", 3, new Dictionary<string, string> { ["topic"] = "x" })]);
        Assert.Null(Room("lobby"));
        Connect(1, "anna", "lobby");
        Assert.Equal((3L, "x"), (Room("lobby")!.SinceMs, Room("lobby")!.Metadata["topic"]));
    }

    [Fact]
    public void A_connection_that_has_gone_is_not_revived_though_many_went_after_it()
    {
        Connect(1, "anna", "lobby");
        List<Change> changes = [new Change(ChangeKind.Disconnected, 1, 5, "", 0)];
        for (ulong number = 2; number < 1000; number++)
        {
            changes.Add(new Change(ChangeKind.Connected, number, number, "bert", 0));
            changes.Add(new Change(ChangeKind.Disconnected, number, number, "", 0));
        }

        changes.Add(new Change(ChangeKind.Connected, 1, 2, "anna", 0));
        changes.Add(new Change(ChangeKind.Joined, 1, 9999, "lobby", 0));
        Take(2, false, false, [.. changes]);
        Assert.Equal(default, _state.Ask(queries => queries.Stats()) with { Nodes = 0 });
    }

    [Fact]
    public void Ten_thousand_connections_come_and_go_and_leave_nothing()
    {
        Take(1, true, false, [.. Enumerable.Range(1, 10_000).SelectMany(i => new[]
        {
            new Change(ChangeKind.Connected, (ulong)i, 1, $"user-{i % 3000}", 0), new Change(ChangeKind.Joined, (ulong)i, 1, $"room-{i % 700}", 0),
        })]);
        Assert.Equal(new StatsView(700, 10_000, 3000, 10_000, 1), _state.Ask(queries => queries.Stats()));
        Take(2, true, true);
        _observer.Flush(_state);
        Assert.Equal(new StatsView(0, 0, 0, 0, 1), _state.Ask(queries => queries.Stats()));
        Assert.Empty(_observer.Connections);
        Assert.Empty(_observer.Present);
    }

    private void Connect(ulong number, string user, params string[] rooms) => Assert.Equal(ReportOutcome.Taken, Take(1, true, true,
        [new Change(ChangeKind.Connected, number, 1, user, 0), .. rooms.Select(room => new Change(ChangeKind.Joined, number, 1, room, 0))]));

    private ReportOutcome Take(ulong batch, bool begins, bool ends, params Change[] changes) =>
        _state.Take(new Report(begins ? (long)batch : 1, "n", 1, batch, begins, ends, changes));

    private RoomView? Room(string name) => _state.Ask(queries => queries.Room(name, 100));

    private IReadOnlyList<NodeView> Nodes() => _state.Ask(queries => queries.Nodes());
}
