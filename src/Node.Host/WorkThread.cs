using System.Diagnostics;

namespace Node.Host;

/// <summary>
/// One thread that owns some state: it does what is posted to it, in order. All that is there makes one turn; after it comes what the turn has
/// produced, so that much of it can leave together. A busy thread begins a turn a millisecond, so that it is much.
/// </summary>
/// <remarks>A plain lock and pulse in place of a blocking queue: those spin before they wait, which costs more than the work of a quiet system.</remarks>
public sealed class WorkThread : IDisposable
{
    private const int TickMs = 20;

    // Nothing has come for a second: what is still due then counts in seconds, and fifty wake-ups of each process of a full machine are a load.
    private const int QuietAfterMs = 1000;
    private const int QuietTickMs = 250;
    private const int Many = 200_000;

    // So many works a tick, 4,000 a second: each turn wakes this thread, the sockets' and the other end's, which costs more than the works.
    private const int Busy = 80;

    private readonly object _news = new();
    private readonly ManualResetEvent _ended = new(false);
    private readonly Thread _thread;
    private readonly Action<long> _tick;
    private readonly Action _flush;
    private readonly Action<Exception> _fault;
    private List<Action> _posted = [];
    private List<Action> _turn = [];
    private bool _isEnded;

    /// <param name="name">Of the thread, for people.</param>
    /// <param name="tick">Time passes, every 20 ms, and every 250 ms once nothing has been posted for a second: milliseconds on a clock that only goes
    /// forward. Called once before all else, and before the first work after a wait.</param>
    /// <param name="flush">After each turn.</param>
    /// <param name="fault">Hears what a work or one of the others threw; the thread goes on.</param>
    public WorkThread(string name, Action<long> tick, Action flush, Action<Exception> fault)
    {
        (_tick, _flush, _fault) = (tick, flush, fault);
        _thread = new Thread(Run) { IsBackground = true, Name = name };
    }

    /// <summary>How much waits for the thread. Any thread.</summary>
    public int Waiting
    {
        get
        {
            lock (_news)
            {
                return _posted.Count;
            }
        }
    }

    /// <summary>More waits than should: who can refuse work, does. Any thread.</summary>
    public bool IsFull => Waiting >= Many;

    public void Start() => _thread.Start();

    /// <summary>Runs in the order of the calls. Any thread; after the end it does nothing.</summary>
    public void Post(Action work)
    {
        lock (_news)
        {
            if (_isEnded)
            {
                return;
            }

            _posted.Add(work);
            if (_posted.Count == 1)
            {
                Monitor.Pulse(_news);
            }
        }
    }

    /// <summary>Does what has been posted, and ends. Not from the thread itself.</summary>
    public void Dispose()
    {
        lock (_news)
        {
            if (_isEnded)
            {
                return;
            }

            _isEnded = true;
            _ended.Set();
            Monitor.Pulse(_news);
        }

        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _ended.Dispose();
    }

    private void Run()
    {
        long tickedAt = Now();
        long workedAt = tickedAt;
        int works = 0;
        bool isBusy = false;
        Do(() => _tick(tickedAt));
        while (TakeTurn(tickedAt - workedAt < QuietAfterMs ? TickMs : QuietTickMs))
        {
            // Before the works, which reckon with the time that it tells.
            long now = Now();
            if (now - tickedAt >= TickMs)
            {
                isBusy = works * TickMs >= Busy * (now - tickedAt);
                (tickedAt, works) = (now, 0);
                Do(() => _tick(now));
            }

            workedAt = _turn.Count > 0 ? now : workedAt;
            works += _turn.Count;
            foreach (Action work in _turn)
            {
                Do(work);
            }

            _turn.Clear();
            Do(_flush);
            if (isBusy)
            {
                _ended.WaitOne(1);
            }
        }
    }

    /// <returns>False at the end.</returns>
    private bool TakeTurn(int patienceMs)
    {
        lock (_news)
        {
            if (_posted.Count == 0 && !_isEnded)
            {
                Monitor.Wait(_news, patienceMs);
            }

            (_posted, _turn) = (_turn, _posted);
            return _turn.Count > 0 || !_isEnded;
        }
    }

    private static long Now() => Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1000);

    private void Do(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception)
        {
            _fault(exception);
        }
    }
}
