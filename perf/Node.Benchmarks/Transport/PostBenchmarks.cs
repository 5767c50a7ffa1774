using BenchmarkDotNet.Attributes;
using Node.Transport;

namespace Node.Benchmarks.Transport;

/// <summary>Work posted to a running loop from another thread, until it is done; per post.</summary>
public class PostBenchmarks
{
    private const int Posts = 1000;

    private readonly ManualResetEventSlim _done = new();
    private readonly Action<object?> _count;
    private readonly LoopGroup _group = OperatingSystem.IsLinux() ? LoopGroup.Epoll(1) : LoopGroup.Sockets(1);
    private int _left;

    public PostBenchmarks() => _count = _ =>
    {
        if (--_left == 0)
        {
            _done.Set();
        }
    };

    [GlobalSetup]
    public void Setup() => _group.Start();

    /// <summary>The loop wakes once for many.</summary>
    [Benchmark(OperationsPerInvoke = Posts)]
    public void Burst()
    {
        EventLoop loop = _group.Loops[0];
        _left = Posts;
        for (int i = 0; i < Posts; i++)
        {
            loop.Post(_count, null);
        }

        Wait();
    }

    /// <summary>Each post wakes a sleeping loop and is waited for: two switches of threads, mostly the kernel's.</summary>
    [Benchmark]
    public void RoundTrip()
    {
        _left = 1;
        _group.Loops[0].Post(_count, null);
        Wait();
    }

    [GlobalCleanup]
    public void Cleanup() => _group.Dispose();

    private void Wait()
    {
        _done.Wait();
        _done.Reset();
    }
}
