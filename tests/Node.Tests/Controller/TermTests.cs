using Node.Controller.Leading;
using Node.Controller.State;
using Node.Controller.Stores;
using Node.Controller.Stores.Redis;
using Node.Controller.Stores.Sql;
using Node.Tests.Settings;
using Node.Tests.Support;
using Node.Tests.Transport;

namespace Node.Tests.Controller;

/// <summary>Terms of leadership over real Redis and MariaDB: restarts, takeovers, and stores that are away at the wrong moment.</summary>
public sealed class TermTests : IAsyncLifetime
{
    private readonly RecordingLog _log = new();
    private RedisServer _redis = null!;
    private MariaDbServer _maria = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartNewAsync(isForgetful: true);
        _maria = await MariaDbServer.StartNewAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _maria.DisposeAsync();
    }

    [Fact]
    public async Task The_next_term_begins_with_what_redis_remembers()
    {
        await using (Term first = await BeginAsync(1))
        {
            Fill(first, 1000);
        }

        await _maria.KillAsync();

        // Nothing is flushed to a database that is away for good.
        await using Term second = await BeginAsync(2, flushSeconds: 0);
        Assert.Equal(1000, second.State.Ask(queries => queries.Stats()).Connections);
        Assert.Contains(_log.Lines, line => line.Id == 64 && line.Text.Contains("1000 connections in 50 rooms from redis", StringComparison.Ordinal));
        Assert.True(Assert.Single(second.State.Ask(queries => queries.Nodes())).IsProvisional);
    }

    [Fact]
    public async Task Where_redis_is_empty_the_database_is_asked_and_redis_is_filled_from_it()
    {
        await using (Term first = await BeginAsync(1))
        {
            Fill(first, 1000);
        }

        await _redis.KillAsync();
        await _redis.StartAsync();
        await using Term second = await BeginAsync(2);
        Assert.Equal(1000, second.State.Ask(queries => queries.Stats()).Connections);
        Assert.Contains(_log.Lines, line => line.Id == 64 && line.Text.Contains("from mysql", StringComparison.Ordinal));
        await WrittenAsync(second);
        await using RedisStore reader = new(_redis.Address);
        await reader.OpenAsync(3, default);
        Assert.Equal(1000, (await StoreTests.ReadAsync(reader)).Connections.Count);
    }

    [Fact]
    public async Task With_both_away_a_term_begins_empty_and_writes_when_they_are_back()
    {
        await _redis.KillAsync();
        await _maria.KillAsync();
        await using Term term = await BeginAsync(1);
        Fill(term, 100);
        Assert.All(term.Lags, lag => Assert.False(lag.IsAvailable));
        await _redis.StartAsync();
        await _maria.StartAsync();
        await WrittenAsync(term);
    }

    [Fact]
    public async Task A_takeover_goes_on_from_the_stores_and_the_old_leader_writes_no_more()
    {
        await using Term first = await BeginAsync(1);
        Fill(first, 500);
        await WrittenAsync(first);
        await using Term second = await BeginAsync(2);
        Assert.Equal(500, second.State.Ask(queries => queries.Stats()).Connections);
        await WrittenAsync(second);

        // The old leader does not know yet, and takes a node's word that everybody has gone.
        Assert.Equal(ReportOutcome.Taken, first.State.Take(new Report(first.NextSession(), "n", 1, 1, true, true, [])));
        await TestServer.UntilAsync(() => _log.Lines.Count(line => line.Id == 62) == 2);
        await using Term third = await BeginAsync(3);
        Assert.Equal(500, third.State.Ask(queries => queries.Stats()).Connections);
    }

    private static Task WrittenAsync(Term term) =>
        TestServer.UntilAsync(() => term.Lags.All(lag => lag is { IsAvailable: true, Waiting: 0, BehindMs: 0 }));

    private static void Fill(Term term, int connections)
    {
        Change[] changes = [.. Enumerable.Range(1, connections).SelectMany(i => new[]
        {
            new Change(ChangeKind.Connected, (ulong)i, 1, $"user-{i}", i), new Change(ChangeKind.Joined, (ulong)i, 2, $"room-{i % 50}", i),
        })];
        Assert.Equal(ReportOutcome.Taken, term.State.Take(new Report(term.NextSession(), "n", 1, 1, true, true, changes)));
    }

    private Task<Term> BeginAsync(long number, int flushSeconds = 20) => Term.BeginAsync(
        number, [new RedisStore(_redis.Address), new SqlStore(new MySqlDialect(_maria.Address))],
        new TermOptions { FlushTime = TimeSpan.FromSeconds(flushSeconds), Writing = new WriteBehindOptions { FirstRetry = TimeSpan.FromMilliseconds(20) } },
        TimeProvider.System, _log, default);
}
