namespace Node.Rpc.Etcd;

/// <summary>Longer and longer waits between tries, each between half of its length and the whole. One task at a time.</summary>
internal sealed class Backoff(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private TimeSpan _next = First;

    public void Reset() => _next = First;

    public Task WaitAsync(CancellationToken cancel)
    {
        TimeSpan wait = _next * (0.5 + (Random.Shared.NextDouble() / 2));
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        return Task.Delay(wait, time, cancel);
    }
}
