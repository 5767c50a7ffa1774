using System.Diagnostics;
using Node.Load.Net;
using Node.Load.Run;
using Node.Load.Stats;

namespace Node.Load.Scenarios;

/// <summary>
/// The part of a run that happens in one worker: opening the connections, loading the server, counting.
/// One thread only.
/// </summary>
internal abstract class Scenario : IClientEvents, IDisposable
{
    private const int MaxOpening = 128;
    private const int WarmConnections = 100;
    private static readonly double s_nanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    private int _opening;
    private int _faults;
    private string? _firstFault;
    private TimeSpan _cpuAtMeasure;
    private bool _ending;

    protected Scenario(LoadOptions options)
    {
        Options = options;
        Loop = new ClientLoop(options.Server, options.Sources, this);
    }

    protected LoadOptions Options { get; }

    protected ClientLoop Loop { get; }

    protected LatencyHistogram Latency { get; } = new();

    /// <summary>The connections that take part, in the order in which their handshakes ended.</summary>
    protected List<Client> Members { get; } = [];

    /// <summary>Reset by <see cref="Measure"/>; see <see cref="WorkerResult.Operations"/>.</summary>
    protected long Operations { get; set; }

    protected long Sent { get; set; }

    protected long Lost { get; set; }

    protected long Duplicates { get; set; }

    protected long Held { get; set; }

    /// <summary>Milliseconds that a turn may wait: short where a clock drives the load.</summary>
    protected virtual int TurnTimeout => 5;

    /// <summary>Opens and closes a few connections, so that what a server builds once is not billed to each.</summary>
    public virtual void Warm()
    {
        int count = Math.Min(WarmConnections, Options.OwnConnections);
        OpenMembers(count);
        while (Members.Count > 0)
        {
            Client last = Members[^1];
            Members.RemoveAt(Members.Count - 1);
            Loop.Close(last);
            while (last.State != ClientState.Closed)
            {
                Loop.Turn(TurnTimeout);
            }
        }
    }

    /// <summary>Opens every connection and returns when all of them are ready.</summary>
    /// <exception cref="InvalidOperationException">The server does not take them.</exception>
    public virtual void Connect() => OpenMembers(Options.OwnConnections);

    /// <summary>Begins the load.</summary>
    public virtual void Start()
    {
    }

    public void Measure()
    {
        Latency.Clear();
        Operations = 0;
        Sent = 0;
        Held = 0;
        _cpuAtMeasure = Environment.CpuUsage.TotalTime;
    }

    /// <summary>Any thread; a moment old.</summary>
    public LoadCounts Counts() => new(Members.Count, Operations, Lost, Duplicates);

    /// <summary>Latencies of at most so many nanoseconds. Any thread; a moment old.</summary>
    public long CountUpTo(long nanoseconds) => Latency.CountUpTo(nanoseconds);

    /// <summary>One turn of the loop, and what the clock asks for.</summary>
    public virtual void Turn() => Loop.Turn(TurnTimeout);

    /// <summary>Ends the load, waits for what is still under way, and says what was counted until now.</summary>
    public WorkerResult Finish()
    {
        WorkerResult result = new()
        {
            Operations = Operations,
            Sent = Sent,
            Held = Held,
            CpuSeconds = (Environment.CpuUsage.TotalTime - _cpuAtMeasure).TotalSeconds,
            MaxNanoseconds = Latency.Max,
            Latency = Latency.ToSparse(),
        };
        Drain();
        _ending = true;
        return result with { Lost = Lost, Duplicates = Duplicates, Errors = _faults, FirstError = _firstFault };
    }

    public void OnOpened(Client client) => OnReady(client);

    public abstract void OnData(Client client, bool isFinal, ReadOnlySpan<byte> payload);

    public virtual void OnPing(Client client)
    {
    }

    public virtual void OnRead(Client client)
    {
    }

    public void OnClosed(Client client, string? fault)
    {
        if (fault is not null && !_ending)
        {
            _faults++;
            _firstFault ??= fault;
        }

        OnGone(client);
    }

    public void Dispose() => Loop.Dispose();

    protected static long NanosecondsBetween(long from, long to) => (long)((to - from) * s_nanosecondsPerTick);

    protected virtual string TargetOf(int number) => Options.Path ?? "/echo";

    /// <summary>A connection is usable. A scenario that asks for more than a handshake calls it later.</summary>
    protected virtual void OnReady(Client client)
    {
        _opening--;
        Members.Add(client);
    }

    protected virtual void OnGone(Client client)
    {
    }

    /// <summary>Stops sending and waits, within a bound, for what is still on its way.</summary>
    protected virtual void Drain()
    {
    }

    protected void DrainUntil(Func<bool> isDone)
    {
        long from = Stopwatch.GetTimestamp();
        while (!isDone() && Stopwatch.GetElapsedTime(from).TotalSeconds < 5)
        {
            Loop.Turn(TurnTimeout);
        }
    }

    private void OpenMembers(int count)
    {
        int started = 0;
        long progress = Stopwatch.GetTimestamp();
        int seen = 0;
        while (Members.Count < count)
        {
            while (started < count && _opening < MaxOpening)
            {
                _opening++;
                Loop.Open(TargetOf(started++));
            }

            Loop.Turn(TurnTimeout);
            if (Members.Count > seen)
            {
                seen = Members.Count;
                progress = Stopwatch.GetTimestamp();
            }
            else if (_faults > 0 || Stopwatch.GetElapsedTime(progress).TotalSeconds > 10)
            {
                throw new InvalidOperationException(
                    $"{Members.Count} of {count} connections opened, {_faults} failed: {_firstFault ?? "no answer"}.");
            }
        }
    }
}
