using Node.Standalone;
using Node.Tests.Settings;
using Node.Web.Api;

namespace Node.Tests.Web;

/// <summary>Idempotency keys of the standalone system.</summary>
public sealed class RepeatedPushesTests
{
    private readonly ManualTime _time = new();
    private readonly RepeatedPushes _pushes;
    private int _sent;

    public RepeatedPushesTests() => _pushes = new RepeatedPushes(_time);

    [Fact]
    public async Task A_second_push_waits_for_the_first_and_gets_its_answer()
    {
        var running = new TaskCompletionSource<PushResult>();
        Task<PushResult> first = _pushes.OnceAsync("k", () => running.Task);
        Task<PushResult> second = _pushes.OnceAsync("k", SendAsync);
        Assert.False(second.IsCompleted);
        running.SetResult(new PushResult { Connections = 7 });
        Assert.False((await first).Repeated);
        Assert.Equal((true, 7ul, 0), ((await second).Repeated, (await second).Connections, _sent));
    }

    [Fact]
    public async Task A_push_that_failed_may_be_tried_again()
    {
        var running = new TaskCompletionSource<PushResult>();
        Task<PushResult> first = _pushes.OnceAsync("k", () => running.Task);
        Task<PushResult> waiting = _pushes.OnceAsync("k", SendAsync);
        running.SetException(new InvalidOperationException("no"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        await Assert.ThrowsAsync<InvalidOperationException>(() => waiting);
        Assert.False((await _pushes.OnceAsync("k", SendAsync)).Repeated);
        Assert.True((await _pushes.OnceAsync("k", SendAsync)).Repeated);
    }

    [Fact]
    public async Task A_key_is_forgotten_after_some_minutes()
    {
        await _pushes.OnceAsync("k", SendAsync);
        _time.Advance(RepeatedPushes.Memory);
        Assert.True((await _pushes.OnceAsync("k", SendAsync)).Repeated);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False((await _pushes.OnceAsync("k", SendAsync)).Repeated);
        Assert.Equal(2, _sent);
    }

    [Fact]
    public async Task Beyond_the_bound_the_oldest_key_goes()
    {
        for (int i = 0; i <= RepeatedPushes.MaxKeys; i++)
        {
            await _pushes.OnceAsync($"{i}", SendAsync);
        }

        Assert.True((await _pushes.OnceAsync("1", SendAsync)).Repeated);
        Assert.False((await _pushes.OnceAsync("0", SendAsync)).Repeated);
    }

    private Task<PushResult> SendAsync()
    {
        _sent++;
        return Task.FromResult(new PushResult());
    }
}
