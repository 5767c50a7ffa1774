using Microsoft.Extensions.Logging;
using Node.Connect.Logging;
using Node.Connect.Settings;
using Node.Hub;

namespace Node.Connect.Upstream;

/// <summary>
/// The bounded way to the application: items of a connection go through one lane, in their order; lanes are independent of each other.
/// Any thread; <see cref="Add"/> never waits.
/// </summary>
internal sealed class UpstreamLanes : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly IUpstreamCall _call;
    private readonly UpstreamBudget _budget = new();
    private readonly UpstreamMeter _meter;
    private readonly UpstreamLane[] _lanes;
    private readonly Task _running;
    private readonly CancellationTokenSource _stop = new();
    private volatile UpstreamSection _settings;
    private ulong _numbers;
    private string? _problem;

    /// <param name="settings">As they are at first; see <see cref="Apply"/>.</param>
    /// <param name="call">The way to the application; disposed with this.</param>
    /// <param name="node">This node's name.</param>
    /// <param name="time">The clock of time-outs and pauses.</param>
    /// <param name="log">Hears when the application fails, and when it answers again.</param>
    public UpstreamLanes(UpstreamSection settings, IUpstreamCall call, string node, TimeProvider time, ILogger log)
    {
        (_settings, _call, _time, _log) = (settings, call, time, log);
        _meter = new UpstreamMeter(_budget, () => Problem is null);
        (Node, Incarnation) = (node, (ulong)time.GetUtcNow().ToUnixTimeMilliseconds());
        _lanes = [.. Enumerable.Range(0, settings.Lanes).Select(_ => new UpstreamLane(this))];
        _running = Task.WhenAll(_lanes.Select(lane => lane.RunAsync(_stop.Token)));
    }

    public string Node { get; }

    public ulong Incarnation { get; }

    public UpstreamSection Settings => _settings;

    public TimeProvider Time => _time;

    public IUpstreamCall Call => _call;

    /// <summary>What was wrong with the last call; null: it was answered, or there was none.</summary>
    public string? Problem => Volatile.Read(ref _problem);

    /// <summary>Takes new settings, from the next batch on; the address and the lanes stay.</summary>
    public void Apply(UpstreamSection settings) => _settings = settings;

    /// <summary>Queues an item; one that finds no place is given up at once.</summary>
    public void Add(UpstreamItem item)
    {
        UpstreamSection settings = _settings;
        if (!_budget.TryTake(item.Bytes, settings.MaxWaiting, settings.MaxWaitingBytes))
        {
            GiveUp(item, UpstreamOutcome.Full);
            return;
        }

        item.Number = Interlocked.Increment(ref _numbers);
        item.Since = _time.GetTimestamp();
        if (!LaneOf(item.Connection).TryAdd(item))
        {
            _budget.Release(item.Bytes);
            GiveUp(item, UpstreamOutcome.Stopped);
        }
    }

    /// <summary>What waits is sent yet, as far as it is answered within one call's time; the rest is given up.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (UpstreamLane lane in _lanes)
        {
            lane.Complete();
        }

        await _running.WaitAsync(_settings.Timeout, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _call.Dispose();
        _meter.Dispose();
        _stop.Dispose();
    }

    /// <summary>An item leaves the queue because the application has taken it.</summary>
    internal void Settled(UpstreamItem item)
    {
        _budget.Release(item.Bytes);
        _meter.Item(item.Kind, UpstreamOutcome.Ok);
    }

    /// <summary>An item leaves the queue, and the application does not have it, or has not answered.</summary>
    internal void Abandon(UpstreamItem item, UpstreamOutcome why)
    {
        _budget.Release(item.Bytes);
        GiveUp(item, why);
    }

    internal void Answered(long started)
    {
        _meter.Call(_time.GetElapsedTime(started), UpstreamOutcome.Ok);
        if (Interlocked.Exchange(ref _problem, null) is not null)
        {
            _log.UpstreamAnswers();
        }
    }

    internal void Failed(long started, UpstreamException failure)
    {
        _meter.Call(_time.GetElapsedTime(started), failure.Outcome);

        // Said once, until it answers again: every lane fails, and again and again.
        if (Interlocked.Exchange(ref _problem, failure.Message) is null)
        {
            _log.UpstreamFailed(UpstreamMeter.NameOf(failure.Outcome), failure.Message);
        }
    }

    private void GiveUp(UpstreamItem item, UpstreamOutcome why)
    {
        _meter.Item(item.Kind, why);
        (uint code, string reason) = why switch
        {
            UpstreamOutcome.Full => (ErrorCode.Unavailable, "too much waits for the application"),
            UpstreamOutcome.Away => (ErrorCode.Unavailable, "the application is away"),
            UpstreamOutcome.Stopped => (ErrorCode.Unavailable, "the node stops"),
            UpstreamOutcome.TimedOut => (ErrorCode.Timeout, "the application did not answer in time"),
            _ => (ErrorCode.Internal, "internal error"),
        };
        item.GiveUp(code, reason);
    }

    // Connections are numbered in steps that depend on what they do: the multiplication spreads them evenly all the same.
    private UpstreamLane LaneOf(ulong connection) => _lanes[(connection * 0x9E3779B97F4A7C15 >> 32) % (ulong)_lanes.Length];
}
