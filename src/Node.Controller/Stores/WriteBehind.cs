using Microsoft.Extensions.Logging;
using Node.Controller.Logging;
using Node.Controller.State;

namespace Node.Controller.Stores;

/// <summary>
/// Keeps a store up with the state, some time behind it. With the store away it gathers what has changed, within a bound; when the
/// store is back it catches up. Any thread.
/// </summary>
/// <remarks>
/// Names wait, not values: what is written is what a thing is at that moment, so a membership that changes a hundred times while the store is
/// away is written once. A store that may have lost something is compared with memory, thing by thing, instead of emptied
/// and filled: whoever reads it in between finds nearly everything, and what is too much a node's snapshot corrects.
/// </remarks>
internal sealed class WriteBehind : IAsyncDisposable
{
    private readonly IMembershipStore _store;
    private readonly BatchMaker _maker;
    private readonly ControllerState _state;
    private readonly WriteBehindOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly long _term;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abandon = new();
    private string? _identity;
    private volatile bool _isOpen;
    private volatile string _lastError = "";
    private Task _run = Task.CompletedTask;

    /// <param name="store">Not disposed here.</param>
    /// <param name="state">What it is to remember.</param>
    /// <param name="term">Of the leadership that writes.</param>
    /// <param name="options">Bounds and delays.</param>
    /// <param name="time">The clock of the delays.</param>
    /// <param name="log">Takes the events 60 to 64 of <see cref="ControllerLog"/>.</param>
    public WriteBehind(
        IMembershipStore store, ControllerState state, long term, WriteBehindOptions options, TimeProvider time, ILogger log)
    {
        (_store, _state, _term, _options, _time, _log) = (store, state, term, options, time, log);
        _maker = new BatchMaker(state);
        Waiting = new WaitingChanges(options.MaxWaiting, time);
        _store.Broken += LookAgain;
    }

    /// <summary>Where changes are named.</summary>
    public WaitingChanges Waiting { get; }

    /// <summary>A later leadership has claimed the store: nothing is written any more.</summary>
    public bool IsFenced { get; private set; }

    public StoreLag Lag
    {
        get
        {
            (bool everything, long count, long bytes, long since) = Waiting.Look();
            long waiting = everything ? _state.Ask(queries => queries.Stats().Connections) : count;
            long behind = since == 0 ? 0 : (long)_time.GetElapsedTime(since).TotalMilliseconds;
            return new StoreLag(_store.Name, _isOpen, waiting, bytes, behind, _lastError);
        }
    }

    /// <summary>Begins to write.</summary>
    /// <param name="identity">What the store said when it was opened and read; null: it was not, and has to be compared first.</param>
    public void Start(string? identity)
    {
        _identity = identity;
        _isOpen = identity is not null;
        if (identity is null)
        {
            Waiting.Everything();
        }

        _run = Task.Run(RunAsync);
    }

    /// <summary>Writes what still waits, as long as the deadline allows; what does not fit is compared by the next leader.</summary>
    public async Task StopAsync(TimeSpan deadline)
    {
        _abandon.CancelAfter(deadline);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _store.Broken -= LookAgain;
        await _abandon.CancelAsync().ConfigureAwait(false);
        await StopAsync(TimeSpan.Zero).ConfigureAwait(false);
        _stop.Dispose();
        _abandon.Dispose();
    }

    private async Task RunAsync()
    {
        TimeSpan retry = _options.FirstRetry;
        while (!_abandon.IsCancellationRequested && !IsFenced)
        {
            try
            {
                if (!_stop.IsCancellationRequested)
                {
                    await Waiting.SomethingAsync(_stop.Token).ConfigureAwait(false);
                    await Task.Delay(_options.Gather, _time, _stop.Token).ConfigureAwait(false);
                }

                if (_stop.IsCancellationRequested && Waiting.Look().Since == 0)
                {
                    return;
                }

                await CatchUpAsync().ConfigureAwait(false);
                retry = _options.FirstRetry;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                // Once more round, to write what waits; or out, where that is abandoned.
            }
            catch (StoreFencedException fenced)
            {
                IsFenced = true;
                _log.StoreFenced(_store.Name, fenced.Message);
            }
            catch (Exception error)
            {
                Failed(error, retry);
                await Task.Delay(retry, _time, _abandon.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                retry = TimeSpan.FromTicks(Math.Min(retry.Ticks * 2, _options.LongestRetry.Ticks));
            }
        }
    }

    private async Task CatchUpAsync()
    {
        if (!_isOpen)
        {
            await OpenAsync().ConfigureAwait(false);
        }

        do
        {
            if (Waiting.TakeEverything())
            {
                await CompareAsync().ConfigureAwait(false);
            }

            await WriteNamedAsync().ConfigureAwait(false);
        }
        while (!Waiting.Settle());
    }

    private async Task OpenAsync()
    {
        string identity = await _store.OpenAsync(_term, _abandon.Token).ConfigureAwait(false);
        if (identity != _identity)
        {
            Waiting.Everything();
        }

        _log.StoreReached(_store.Name);
        (_identity, _isOpen, _lastError) = (identity, true, "");
    }

    private async Task WriteNamedAsync()
    {
        (List<string> nodes, List<ConnectionKey> connections, List<string> rooms) = Waiting.Take(_options.BatchSize);
        try
        {
            if (nodes.Count + connections.Count + rooms.Count > 0)
            {
                await _store.WriteAsync(_maker.Latest(nodes, connections, rooms), _abandon.Token).ConfigureAwait(false);
            }
        }
        catch
        {
            nodes.ForEach(Waiting.Node);
            connections.ForEach(Waiting.Connection);
            rooms.ForEach(Waiting.Room);
            throw;
        }
    }

    /// <summary>Makes the store what memory is. What changes meanwhile waits by name as ever, and is written after.</summary>
    private async Task CompareAsync()
    {
        try
        {
            _log.StoreCompared(_store.Name);
            await foreach (StoreBatch stored in _store.ReadAsync(_abandon.Token).ConfigureAwait(false))
            {
                await WriteAsync(_maker.Stale(stored)).ConfigureAwait(false);
            }

            foreach (StoreBatch batch in _maker.Everything(_options.BatchSize))
            {
                await WriteAsync(batch).ConfigureAwait(false);
            }
        }
        catch
        {
            Waiting.Everything();
            throw;
        }
    }

    private Task WriteAsync(StoreBatch batch) => batch.IsEmpty ? Task.CompletedTask : _store.WriteAsync(batch, _abandon.Token);

    private void Failed(Exception error, TimeSpan retry)
    {
        if (_isOpen || _lastError.Length == 0)
        {
            _log.StoreAway(_store.Name, error.Message, retry);
        }

        (_isOpen, _lastError) = (false, error.Message);

        // Something waits still; the mark of that was taken before the failure.
        Waiting.Wake();
    }

    private void LookAgain()
    {
        _isOpen = false;
        Waiting.Wake();
    }
}
