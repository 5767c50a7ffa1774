using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Node.Controller.Logging;
using Node.Controller.State;
using Node.Controller.Stores;

namespace Node.Controller.Leading;

/// <summary>
/// One time of leading: the state, restored from the stores and kept in them, and whoever watches it. Over when it is disposed; the next one
/// begins from the stores again. Any thread.
/// </summary>
internal sealed class Term : IStateObserver, IAsyncDisposable
{
    private static readonly TimeSpan GraceStep = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyList<IMembershipStore> _stores;
    private readonly TermOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationToken _endedToken;
    private WriteBehind[] _writers = [];
    private ITimer? _graceTimer;
    private long _sessions;

    private Term(long number, IReadOnlyList<IMembershipStore> stores, TermOptions options, TimeProvider time, ILogger log)
    {
        (Number, _stores, _options, _time, _log) = (number, stores, options, time, log);
        _endedToken = _ended.Token;
        State = new ControllerState(this, time);
    }

    /// <summary>Higher than every term before.</summary>
    public long Number { get; }

    public ControllerState State { get; }

    public PresenceHub Presence { get; } = new();

    /// <summary>Cancelled when the term is over: streams end then.</summary>
    public CancellationToken Ended => _endedToken;

    public IEnumerable<StoreLag> Lags => _writers.Select(writer => writer.Lag);

    bool IStateObserver.WantsPresence => Presence.IsWatched;

    /// <summary>Begins a term with what the first store remembers that remembers anything.</summary>
    /// <param name="number">Higher than every term before.</param>
    /// <param name="stores">In the order in which they are asked; disposed by their owner.</param>
    /// <param name="options">Bounds and delays.</param>
    /// <param name="time">The clock of the delays.</param>
    /// <param name="log">Takes the events 50 to 69 of <see cref="ControllerLog"/>.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<Term> BeginAsync(
        long number, IReadOnlyList<IMembershipStore> stores, TermOptions options, TimeProvider time, ILogger log, CancellationToken cancel)
    {
        Term term = new(number, stores, options, time, log);
        try
        {
            await term.RestoreAsync(cancel).ConfigureAwait(false);
            return term;
        }
        catch
        {
            await term.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The number of a node's stream: later ones count.</summary>
    public long NextSession() => Interlocked.Increment(ref _sessions);

    /// <summary>Ends streams, and writes what still waits, for a while.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        if (_graceTimer is not null)
        {
            await _graceTimer.DisposeAsync().ConfigureAwait(false);
        }

        await Task.WhenAll(_writers.Select(writer => writer.StopAsync(_options.FlushTime))).ConfigureAwait(false);
        foreach (WriteBehind writer in _writers)
        {
            await writer.DisposeAsync().ConfigureAwait(false);
        }

        _ended.Dispose();
    }

    void IStateObserver.ConnectionChanged(ConnectionKey connection)
    {
        foreach (WriteBehind writer in _writers)
        {
            writer.Waiting.Connection(connection);
        }
    }

    void IStateObserver.RoomChanged(string room)
    {
        foreach (WriteBehind writer in _writers)
        {
            writer.Waiting.Room(room);
        }
    }

    void IStateObserver.NodeChanged(string node)
    {
        foreach (WriteBehind writer in _writers)
        {
            writer.Waiting.Node(node);
        }
    }

    void IStateObserver.Presence(in PresenceTransition transition) => Presence.Tell(transition);

    private async Task RestoreAsync(CancellationToken cancel)
    {
        var identities = new string?[_stores.Count];
        bool isRestored = false;
        for (int i = 0; i < _stores.Count && !isRestored; i++)
        {
            (identities[i], isRestored) = await RestoreAsync(_stores[i], cancel).ConfigureAwait(false);
        }

        // What the others remember is compared with what was restored; so is a store that had nothing.
        _writers = [.. _stores.Select(store => new WriteBehind(store, State, Number, _options.Writing, _time, _log))];
        for (int i = 0; i < _writers.Length; i++)
        {
            _writers[i].Start(isRestored ? identities[i] : null);
        }

        _graceTimer = _time.CreateTimer(_ => EndGrace(), null, GraceStep, GraceStep);
    }

    /// <summary>Whose memory the store is, and whether there was anything in it.</summary>
    private async Task<(string? Identity, bool HadAny)> RestoreAsync(IMembershipStore store, CancellationToken cancel)
    {
        long start = Stopwatch.GetTimestamp();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(_options.RestoreTime);
        try
        {
            string identity = await store.OpenAsync(Number, patience.Token).ConfigureAwait(false);
            await foreach (StoreBatch part in store.ReadAsync(patience.Token).ConfigureAwait(false))
            {
                State.Restore(part.Nodes, part.Connections);
                State.Restore(part.Rooms);
            }

            StatsView stats = State.Ask(queries => queries.Stats());
            _log.Restored(stats.Connections, stats.Rooms, store.Name, Stopwatch.GetElapsedTime(start));
            return stats.Connections > 0 ? (identity, true) : (null, false);
        }
        catch (Exception error) when (error is not StoreFencedException && !cancel.IsCancellationRequested)
        {
            _log.NotRestored(store.Name, error.Message);
            return (null, false);
        }
    }

    /// <summary>Who has not come back within the grace: nodes, and those who were in a room.</summary>
    private void EndGrace()
    {
        long before = (_time.GetUtcNow() - _options.Grace).ToUnixTimeMilliseconds();
        State.ForgetVacant(before);
        foreach (NodeView node in State.Ask(queries => queries.Nodes()).Where(node => node.IsProvisional && !node.IsLost && node.SinceMs < before))
        {
            _log.NodeLost(node.Announced.Id, "it has not reported since the restart");
            State.Lose(node.Announced.Id, node.Announced.Incarnation);
        }
    }
}
