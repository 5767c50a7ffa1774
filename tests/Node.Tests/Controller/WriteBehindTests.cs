using Node.Controller.State;
using Node.Controller.Stores;
using Node.Controller.Stores.Redis;
using Node.Tests.Settings;
using Node.Tests.Support;
using Node.Tests.Transport;

namespace Node.Tests.Controller;

/// <summary>A store that is killed, frozen, emptied or taken over, and what it knows in the end.</summary>
public sealed class WriteBehindTests : IAsyncLifetime
{
    private static readonly WriteBehindOptions Quick = new()
    {
        Gather = TimeSpan.FromMilliseconds(1), FirstRetry = TimeSpan.FromMilliseconds(20), LongestRetry = TimeSpan.FromMilliseconds(100), BatchSize = 100,
    };

    private readonly RecordingLog _log = new();
    private readonly Marker _marker = new();
    private readonly ControllerState _state;
    private ulong _batch;

    public WriteBehindTests() => _state = new ControllerState(_marker, TimeProvider.System);

    public static TheoryData<StoreKind> Servers => [StoreKind.Redis, StoreKind.MariaDb, StoreKind.Postgres];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_marker.Writer is not null)
        {
            await _marker.Writer.DisposeAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task A_store_that_was_killed_catches_up(StoreKind kind)
    {
        await using StoreUnderTest under = await StoreUnderTest.StartAsync(kind);
        WriteBehind writer = Start(under.New(), Quick);
        Connect(1, 300, "lobby");
        await WrittenAsync(writer);
        await under.Server!.KillAsync();
        Connect(301, 300, "tea");
        Disconnect(1, 100);
        await TestServer.UntilAsync(() => writer.Lag is { IsAvailable: false, LastError.Length: > 0, Waiting: > 0, WaitingBytes: > 0, BehindMs: > 0 });
        Assert.Equal(500, _state.Ask(queries => queries.Stats()).Connections);
        await under.Server.StartAsync();
        await WrittenAsync(writer);
        await AssertStoredAsync(under);
        Assert.Equal(new StoreLag(writer.Lag.Name, true, 0, 0, 0, ""), writer.Lag);
    }

    [Fact]
    public async Task A_store_that_froze_catches_up()
    {
        await using StoreUnderTest under = await StoreUnderTest.StartAsync(StoreKind.Redis);
        WriteBehind writer = Start(under.New(), Quick);
        Connect(1, 300, "lobby");
        await WrittenAsync(writer);
        under.Server!.Pause();
        Connect(301, 300, "tea");
        await TestServer.UntilAsync(() => writer.Lag.BehindMs > 0);
        under.Server.Resume();
        await WrittenAsync(writer);
        await AssertStoredAsync(under);
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task At_the_bound_everything_is_written_anew_instead_of_growing(StoreKind kind)
    {
        await using StoreUnderTest under = await StoreUnderTest.StartAsync(kind);
        WriteBehind writer = Start(under.New(), Quick with { MaxWaiting = 200 });
        Connect(1, 100, "lobby");
        await WrittenAsync(writer);
        await under.Server!.KillAsync();
        Disconnect(1, 100);
        Connect(101, 500, "tea");

        // A batch may have been under way when the server went; once it has failed, what was in it waits again.
        await TestServer.UntilAsync(() => writer.Waiting.Look().Everything);
        Assert.Equal((0L, 500L), (writer.Lag.WaitingBytes, writer.Lag.Waiting));
        await under.Server.StartAsync();
        await WrittenAsync(writer);
        await AssertStoredAsync(under);
    }

    [Fact]
    public async Task A_redis_that_forgot_everything_is_filled_again_though_nothing_changes()
    {
        await using RedisServer redis = await RedisServer.StartNewAsync(isForgetful: true);
        await using RedisStore reader = new(redis.Address);
        WriteBehind writer = Start(new RedisStore(redis.Address), Quick);
        Connect(1, 300, "lobby");
        await WrittenAsync(writer);
        await redis.KillAsync();
        await redis.StartAsync();
        await TestServer.UntilAsync(() => _log.Lines.Count(line => line.Id == 63) >= 2);
        await WrittenAsync(writer);
        await reader.OpenAsync(2, default);
        Assert.Equal(300, (await StoreTests.ReadAsync(reader)).Connections.Count);
    }

    [Fact]
    public async Task A_later_leader_ends_the_writing()
    {
        await using StoreUnderTest under = await StoreUnderTest.StartAsync(StoreKind.Sqlite);
        WriteBehind writer = Start(under.New(), Quick);
        Connect(1, 1, "lobby");
        await WrittenAsync(writer);
        await using IMembershipStore later = under.New();
        await later.OpenAsync(2, default);
        Connect(2, 1, "lobby");
        await TestServer.UntilAsync(() => writer.IsFenced);
        Assert.Single((await StoreTests.ReadAsync(later)).Connections);
    }

    [Fact]
    public async Task What_waits_at_the_stop_is_written_before_it()
    {
        await using StoreUnderTest under = await StoreUnderTest.StartAsync(StoreKind.Sqlite);
        WriteBehind writer = Start(under.New(), Quick with { Gather = TimeSpan.FromHours(1) });
        Connect(1, 250, "lobby");
        await writer.StopAsync(TimeSpan.FromSeconds(20));
        await AssertStoredAsync(under);
    }

    [Fact]
    public async Task A_stop_with_the_store_away_ends_at_its_deadline()
    {
        await using RedisServer redis = await RedisServer.StartNewAsync();
        await redis.KillAsync();
        WriteBehind writer = Start(new RedisStore(redis.Address), Quick);
        Connect(1, 1, "lobby");
        await writer.StopAsync(TimeSpan.FromMilliseconds(50));
        Assert.True(writer.Lag.Waiting > 0);
    }

    private static Task WrittenAsync(WriteBehind writer) => TestServer.UntilAsync(() => writer.Lag is { IsAvailable: true, BehindMs: 0, Waiting: 0 } && writer.Waiting.Look().Since == 0);

    private WriteBehind Start(IMembershipStore store, WriteBehindOptions options)
    {
        WriteBehind writer = new(store, _state, 1, options, TimeProvider.System, _log);
        _marker.Writer = writer;
        writer.Start(null);
        return writer;
    }

    private void Connect(int from, int count, string room) => Take([.. Enumerable.Range(from, count).SelectMany(i => new[]
    {
        new Change(ChangeKind.Connected, (ulong)i, 1, $"user-{i}", i), new Change(ChangeKind.Joined, (ulong)i, 2, room, i),
    })]);

    private void Disconnect(int from, int count) =>
        Take([.. Enumerable.Range(from, count).Select(i => new Change(ChangeKind.Disconnected, (ulong)i, 3, "", i))]);

    private void Take(Change[] changes)
    {
        _batch++;
        Assert.Equal(ReportOutcome.Taken, _state.Take(new Report(1, "n", 1, _batch, _batch == 1, false, changes)));
    }

    private async Task AssertStoredAsync(StoreUnderTest under)
    {
        await using IMembershipStore reader = under.New();
        await reader.OpenAsync(2, default);
        StoreBatch stored = await StoreTests.ReadAsync(reader);
        List<ConnectionKey> keys = [];
        _state.Ask(queries => queries.Walk(1, int.MaxValue, keys));
        Assert.Equal(
            keys.Select(key => StoreTests.Show(_state.Ask(queries => queries.Connection(key))!)).Order(), stored.Connections.Select(StoreTests.Show).Order());
        Assert.Equal(_state.Ask(queries => queries.Rooms("", "", 100)).Rooms.Select(room => room.Room), stored.Rooms.Select(room => room.Room).Order());
        Assert.Equal(["n"], stored.Nodes.Select(node => node.Id));
    }

    private sealed class Marker : IStateObserver
    {
        public WriteBehind? Writer { get; set; }

        public bool WantsPresence => false;

        public void ConnectionChanged(ConnectionKey connection) => Writer?.Waiting.Connection(connection);

        public void RoomChanged(string room) => Writer?.Waiting.Room(room);

        public void NodeChanged(string node) => Writer?.Waiting.Node(node);

        public void Presence(in PresenceTransition transition)
        {
        }
    }
}
