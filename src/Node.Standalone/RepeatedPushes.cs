using Node.Web.Api;

namespace Node.Standalone;

/// <summary>
/// Remembers what became of pushes with an idempotency key, so that a second one does nothing and gets the same answer. Any
/// thread. Bounded: beyond <see cref="MaxKeys"/> the oldest key is forgotten before its time.
/// </summary>
public sealed class RepeatedPushes(TimeProvider time)
{
    /// <summary>Some 10 MB when all of them, and the names of their targets, are as long as they may be.</summary>
    public const int MaxKeys = 10_000;

    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _byKey = new(StringComparer.Ordinal);
    private readonly Queue<Entry> _oldestFirst = new();

    /// <summary>Runs the push, or awaits the one that runs or ran under this key. One that failed is not remembered.</summary>
    public async Task<PushResult> OnceAsync(string key, Func<Task<PushResult>> push)
    {
        TaskCompletionSource<PushResult>? first = null;
        Entry? entry;
        lock (_lock)
        {
            ForgetOld();
            if (!_byKey.TryGetValue(key, out entry))
            {
                MakeRoom();
                first = new TaskCompletionSource<PushResult>(TaskCreationOptions.RunContinuationsAsynchronously);
                entry = new Entry(key, first.Task, time.GetTimestamp());
                _byKey.Add(key, entry);
                _oldestFirst.Enqueue(entry);
            }
        }

        if (first is null)
        {
            return (await entry.Answer) with { Repeated = true };
        }

        try
        {
            PushResult result = await push();
            first.SetResult(result);
            return result;
        }
        catch (Exception error)
        {
            lock (_lock)
            {
                Remove(entry);
            }

            first.SetException(error);
            throw;
        }
    }

    private void ForgetOld()
    {
        while (_oldestFirst.TryPeek(out Entry? oldest) && time.GetElapsedTime(oldest.At) > Memory)
        {
            Remove(_oldestFirst.Dequeue());
        }
    }

    private void MakeRoom()
    {
        while (_oldestFirst.Count >= MaxKeys)
        {
            Remove(_oldestFirst.Dequeue());
        }
    }

    // The key may be there again with a younger entry: then that one stays.
    private void Remove(Entry entry)
    {
        if (_byKey.TryGetValue(entry.Key, out Entry? current) && ReferenceEquals(current, entry))
        {
            _byKey.Remove(entry.Key);
        }
    }

    private sealed record Entry(string Key, Task<PushResult> Answer, long At);
}
