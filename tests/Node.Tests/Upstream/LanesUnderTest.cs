using Node.Connect.Settings;
using Node.Connect.Upstream;
using Node.Tests.Settings;
using Node.Tests.Support;

namespace Node.Tests.Upstream;

/// <summary>Lanes to a <see cref="FakeUpstream"/>, on a clock of the test.</summary>
internal sealed class LanesUnderTest : IAsyncDisposable
{
    public LanesUnderTest(UpstreamSection? settings = null)
    {
        Lanes = new UpstreamLanes(settings ?? Quick, Upstream, "n1", Time, Log);
    }

    /// <summary>
    /// One lane that does not wait for more, and has all the time of the world: while a test lets time pass, the lane's task may be slow to come
    /// to its turn.
    /// </summary>
    public static UpstreamSection Quick { get; } = new()
    {
        Gather = TimeSpan.Zero, Lanes = 1, Timeout = TimeSpan.FromDays(10), GiveUpAfter = TimeSpan.FromDays(10),
    };

    public FakeUpstream Upstream { get; } = new();

    public ManualTime Time { get; } = new();

    public RecordingLog Log { get; } = new();

    public UpstreamLanes Lanes { get; }

    public ProbeItem Add(ulong connection = 1, int bytes = 300, bool isEvent = false)
    {
        var item = new ProbeItem(connection, bytes, isEvent);
        Lanes.Add(item);
        return item;
    }

    /// <summary>Lets time pass until something is done that needs it.</summary>
    public async Task<T> PassAsync<T>(Task<T> done, TimeSpan? step = null)
    {
        using var patience = new CancellationTokenSource(RawClient.Patience);
        while (!done.IsCompleted)
        {
            patience.Token.ThrowIfCancellationRequested();
            Time.Advance(step ?? TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        return await done;
    }

    public async ValueTask DisposeAsync()
    {
        Task disposed = Lanes.DisposeAsync().AsTask();
        await PassAsync(disposed.ContinueWith(_ => true, TaskScheduler.Default), TimeSpan.FromDays(1));
        await disposed;
    }
}
