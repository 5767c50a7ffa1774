using System.Diagnostics;
using Node.Load.Dialects;
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

    /// <summary>Of a network: see <see cref="ClientLoop.Segment"/>.</summary>
    private const int SlowSegment = 1448;

    /// <summary>Bytes of one message that has not ended yet: no server of the comparison sends so much.</summary>
    private const int MaxUnheard = 1 << 20;

    private static readonly double s_nanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    private int _opening;
    private int _faults;
    private string? _firstFault;
    private TimeSpan _cpuAtMeasure;
    private long _uncompressedAtMeasure;
    private bool _ending;

    /// <param name="options">What is to be done.</param>
    /// <param name="dialect">In place of the options'.</param>
    protected Scenario(LoadOptions options, Dialect? dialect = null)
    {
        Options = options;
        Dialect = dialect ?? Dialect.Create(options);
        Loop = new ClientLoop(options.Server, options.Sources, this)
        {
            Tls = options.Tls,
            Deflate = options.Deflate,
            Segment = options.Slow > 0 ? SlowSegment : 0,
        };
    }

    protected LoadOptions Options { get; }

    protected Dialect Dialect { get; }

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
        _uncompressedAtMeasure = Loop.Uncompressed;
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
            Uncompressed = Loop.Uncompressed - _uncompressedAtMeasure,
            MaxNanoseconds = Latency.Max,
            Latency = Latency.ToSparse(),
        };
        Drain();
        _ending = true;
        return Complete(result) with
        {
            Lost = Lost,
            Duplicates = Duplicates,
            Errors = _faults,
            FirstError = _firstFault,
        };
    }

    public void OnOpened(Client client)
    {
        byte[] greeting = Dialect.Greeting(client);
        if (greeting.Length == 0)
        {
            OnReady(client);
        }
        else
        {
            Loop.Send(client, greeting);
        }
    }

    public void OnData(Client client, bool isFinal, ReadOnlySpan<byte> payload)
    {
        ReadOnlySpan<byte> data = payload;
        if (client.Unheard.Length > 0)
        {
            client.Unheard.Append(payload);
            data = client.Unheard.Bytes;
        }

        int at = 0;
        while ((at < data.Length || payload.Length == 0) && Dialect.TryRead(data[at..], out Said said))
        {
            at += said.Size;
            Hear(client, isFinal || Dialect.IsStream, said);
            if (payload.Length == 0)
            {
                break;
            }
        }

        if (client.Unheard.Length > 0)
        {
            client.Unheard.DropFront(at);
        }
        else if (at < data.Length)
        {
            client.Unheard.Append(data[at..]);
        }

        if (client.Unheard.Length > MaxUnheard)
        {
            throw new ProtocolException("a message without an end");
        }
    }

    public virtual void OnPing(Client client)
    {
    }

    public virtual void OnRead(Client client)
    {
    }

    public void OnClosed(Client client, string? fault)
    {
        if (fault is not null && !_ending && !MayGo(client))
        {
            _faults++;
            _firstFault ??= fault;
        }

        OnGone(client);
    }

    public void Dispose() => Loop.Dispose();

    protected static long NanosecondsBetween(long from, long to) => (long)((to - from) * s_nanosecondsPerTick);

    /// <summary>What is asked for without --path where nothing but a path is spoken to.</summary>
    protected virtual string DefaultPath => "/echo";

    protected virtual string TargetOf(int number) => Dialect.TargetOf(Options.Path ?? DefaultPath, number);

    /// <summary>A message, or a part of one; it is valid during the call only.</summary>
    protected virtual void OnMessage(Client client, bool isFinal, ReadOnlySpan<byte> text)
    {
    }

    /// <summary>A connection is usable: the handshake is done, and what the dialect asks for after it.</summary>
    protected virtual void OnReady(Client client)
    {
        _opening--;
        Members.Add(client);
    }

    /// <summary>The server may close it, and that is no error.</summary>
    protected virtual bool MayGo(Client client) => false;

    /// <summary>Adds what a scenario alone has counted.</summary>
    protected virtual WorkerResult Complete(WorkerResult result) => result;

    protected virtual void OnGone(Client client)
    {
    }

    /// <summary>Stops sending and waits, within a bound, for what is still on its way.</summary>
    protected virtual void Drain()
    {
    }

    /// <summary>Waits as long as it becomes less: a server that is slow on a full machine has lost nothing. Five seconds without are the end.</summary>
    /// <param name="left">What is still under way; 0: nothing.</param>
    protected void DrainWhile(Func<long> left)
    {
        long least = long.MaxValue;
        long progress = Stopwatch.GetTimestamp();
        while (left() is > 0 and var now)
        {
            if (now < least)
            {
                least = now;
                progress = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetElapsedTime(progress).TotalSeconds > 5)
            {
                return;
            }

            Loop.Turn(TurnTimeout);
        }
    }

    private void Hear(Client client, bool isFinal, in Said said)
    {
        switch (said.Kind)
        {
            case Saying.Message:
                OnMessage(client, isFinal, said.Text);
                break;
            case Saying.Ready:
                OnReady(client);
                break;
            case Saying.Ping:
                Loop.Send(client, Dialect.Pong);
                OnPing(client);
                break;
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
