using System.Collections.Concurrent;
using System.Diagnostics;
using Node.Host;

namespace Node.Tests.Host;

public sealed class WorkThreadTests
{
    [Fact]
    public async Task A_busy_thread_does_all_in_each_callers_order_before_it_ends()
    {
        const int Callers = 4;
        const int Each = 50_000;
        var faults = new ConcurrentQueue<Exception>();
        List<int>[] done = [.. Enumerable.Range(0, Callers).Select(_ => new List<int>())];
        int flushed = 0;
        var thread = new WorkThread("test", _ => { }, () => flushed = done.Sum(one => one.Count), faults.Enqueue);
        thread.Start();
        await Task.WhenAll(done.Select(mine => Task.Run(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                int number = i;
                thread.Post(() => mine.Add(number));
            }
        })));
        thread.Dispose();
        Assert.All(done, mine => Assert.Equal(Enumerable.Range(0, Each), mine));
        Assert.Equal(Callers * Each, flushed);
        Assert.Empty(faults);
    }

    [Fact]
    public async Task A_quiet_thread_ticks_seldom_and_tells_the_time_before_the_first_work()
    {
        const int UsualTickMs = 20;
        var quiet = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        long told = 0;
        void Tick(long now)
        {
            if (told > 0 && now - told >= 10 * UsualTickMs)
            {
                quiet.TrySetResult();
            }

            told = now;
        }

        using var thread = new WorkThread("test", Tick, () => { }, quiet.SetException);
        thread.Start();
        await quiet.Task.WaitAsync(TimeSpan.FromSeconds(20));
        long before = Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1000);
        var seen = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        thread.Post(() => seen.SetResult(told));
        Assert.True(await seen.Task >= before - UsualTickMs, "a work was told an old time");
    }

    [Fact]
    public void A_fault_is_told_and_the_thread_goes_on_and_after_its_end_nothing_is_done()
    {
        var faults = new ConcurrentQueue<Exception>();
        int done = 0;
        var thread = new WorkThread("test", _ => { }, () => { }, faults.Enqueue);
        thread.Start();
        thread.Post(() => throw new InvalidOperationException("a bug"));
        thread.Post(() => done++);
        thread.Dispose();
        thread.Post(() => done++);
        thread.Dispose();
        Assert.Equal(1, done);
        Assert.Equal("a bug", Assert.Single(faults).Message);
    }
}
