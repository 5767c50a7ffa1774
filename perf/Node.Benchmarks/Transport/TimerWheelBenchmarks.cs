using BenchmarkDotNet.Attributes;
using Node.Transport;

namespace Node.Benchmarks.Transport;

/// <summary>Heartbeats of 100,000 connections every 25 s.</summary>
public class TimerWheelBenchmarks
{
    private const int Timers = 100_000;
    private const int Interval = 25_000;
    private const int Batch = 1000;

    private readonly TimerWheel _wheel = new(0);
    private readonly Action<int> _renew;
    private long _now;
    private int _next;

    public TimerWheelBenchmarks() => _renew = id => _wheel.Schedule(id, _now + Interval);

    [GlobalSetup]
    public void Setup()
    {
        for (int id = 0; id < Timers; id++)
        {
            _wheel.Schedule(id, (long)id * Interval / Timers);
        }
    }

    /// <summary>Moves a thousand deadlines, here and there.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public void Reschedule()
    {
        for (int i = 0; i < Batch; i++)
        {
            _wheel.Schedule(NextId(), _now + Interval + i);
        }
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public void CancelAndSchedule()
    {
        for (int i = 0; i < Batch; i++)
        {
            int id = NextId();
            _wheel.Cancel(id);
            _wheel.Schedule(id, _now + Interval + i);
        }
    }

    /// <summary>One tick of 64 ms, in which 256 deadlines pass on average and are set anew.</summary>
    [Benchmark]
    public void AdvanceOneTick()
    {
        _now += TimerWheel.TickMs;
        _wheel.Advance(_now, _renew);
    }

    // A step that has no factor in common with the number: all ids in turn, none beside the one before.
    private int NextId() => _next = (_next + 7919) % Timers;
}
