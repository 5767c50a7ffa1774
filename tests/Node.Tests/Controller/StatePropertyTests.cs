using FsCheck;
using FsCheck.Fluent;
using Node.Controller.State;

namespace Node.Tests.Controller;

/// <summary>The state against a naive one, by any sequence of reports, repeats, late changes, snapshots, restarts and losses.</summary>
public class StatePropertyTests
{
    private static readonly string[] Names = ["anna", "bert", "chris", "dora"];
    private static readonly string[] RoomNames = ["lobby", "lob", "tea", "ärger", "z"];

    [Fact]
    public void Any_sequence_leaves_what_a_naive_state_would() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), Run).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private static void Run(int seed)
    {
        var random = new Random(seed);
        var observer = new MirrorObserver();
        var state = new ControllerState(observer, TimeProvider.System);
        var naive = new NaiveState();
        var batches = new Dictionary<(int, ulong, long), ulong>();
        for (int step = 0; step < 60; step++)
        {
            int node = random.Next(2);
            ulong incarnation = (ulong)(1 + random.Next(1 + (step / 20)));
            switch (random.Next(12))
            {
                case 0:
                    state.Lose($"n{node}", incarnation);
                    naive.Lose($"n{node}", incarnation);
                    break;
                case 1:
                    state.Announce(new NodeAnnouncement($"n{node}", incarnation));
                    naive.Announce($"n{node}", incarnation);
                    break;
                default:
                    Report report = NextReport(random, node, incarnation, 1 + (step / 15), batches);
                    Assert.Equal(naive.Take(report), state.Take(report));
                    break;
            }

            observer.Flush(state);
            AssertSame(naive, state, observer);
        }
    }

    private static Report NextReport(
        Random random, int node, ulong incarnation, int sessions, Dictionary<(int, ulong, long), ulong> batches)
    {
        long session = 1 + random.Next(sessions);
        ref ulong last = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(
            batches, (node, incarnation, session), out bool isKnown);
        ulong batch = random.Next(10) switch { 0 => last, 1 => last + 2, _ => last + 1 };
        last = Math.Max(last, batch);
        Change[] changes = [.. Enumerable.Range(0, random.Next(12)).Select(_ => NextChange(random))];
        return new Report(session, $"n{node}", incarnation, batch, !isKnown || random.Next(6) == 0, random.Next(4) == 0, changes);
    }

    private static Change NextChange(Random random)
    {
        var kind = (ChangeKind)(random.Next(8) switch { 0 => 1, 1 or 2 => 0, 3 or 4 or 5 => 2, _ => 3 });
        string name = kind switch
        {
            ChangeKind.Connected => Names[random.Next(Names.Length)],
            ChangeKind.Disconnected => "",
            _ => RoomNames[random.Next(RoomNames.Length)],
        };
        return new Change(kind, (ulong)random.Next(1, 9), (ulong)random.Next(1, 30), name, random.Next(1000));
    }

    private static void AssertSame(NaiveState naive, ControllerState state, MirrorObserver observer)
    {
        (string Room, string User, string Node, ulong Number)[] expected = [.. naive.Memberships.Order()];
        (string User, string Node, ulong Number)[] connections = [.. naive.Connections.Order()];
        state.Ask(queries =>
        {
            Assert.Equal(expected.Select(row => row.Room).Distinct().OrderBy(Utf8, Utf8Order), queries.Rooms("", "", 100).Rooms.Select(room => room.Room));
            foreach (string room in RoomNames)
            {
                AssertRoom([.. expected.Where(row => row.Room == room)], queries.Room(room, 100), queries.Stats(room));
            }

            Assert.Equal(connections, Names.SelectMany(user => queries.User(user).Select(c => (user, c.Key.Node, c.Key.Number))).Order());
            StatsView stats = queries.Stats();
            Assert.Equal((expected.Length, connections.Length), (stats.Members, stats.Connections));
            Assert.Equal(connections.Select(row => row.User).Distinct().Count(), stats.Users);
            foreach (NodeView node in queries.Nodes())
            {
                string[] users = [.. connections.Where(row => row.Node == node.Announced.Id).Select(row => row.User)];
                Assert.Equal((users.Length, users.Distinct().Count()), (node.Connections, node.Users));
            }

            return 0;
        });
        Assert.Equal(expected.Select(row => (row.Room, row.User)).Distinct().Order(), observer.Present.Order());
        Assert.Equal(connections, observer.Connections.Values.Select(c => (c.User, c.Key.Node, c.Key.Number)).Order());
        Assert.Equal(expected, observer.Connections.Values.SelectMany(c => c.Rooms.Select(room => (room, c.User, c.Key.Node, c.Key.Number))).Order());
        Assert.Equal(expected.Select(row => row.Room).Distinct().Order(), observer.Rooms.Keys.Order());
    }

    private static void AssertRoom((string Room, string User, string Node, ulong Number)[] expected, RoomView? room, StatsView? stats)
    {
        Assert.Equal(expected.Length == 0, room is null);
        if (room is null)
        {
            Assert.Null(stats);
            return;
        }

        Assert.Equal(expected.Select(row => row.User).Distinct().Order(), room.Users.Order());
        Assert.Equal((expected.Length, room.Users.Count), (room.Members, room.UserCount));
        Assert.Equal(
            expected.GroupBy(row => row.Node).Select(group => (group.Key, group.Count())).Order(),
            room.Nodes.Select(node => (node.Key, node.Value)).Order());
        Assert.Equal((expected.Length, room.Nodes.Count), (stats!.Value.Members, stats.Value.Nodes));
    }

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static Comparer<byte[]> Utf8Order { get; } = Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));
}
