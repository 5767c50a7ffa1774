namespace Node.Transport;

/// <summary>What has become of the handshakes of a server. Any thread.</summary>
public sealed class TlsCounters
{
    private long _completed;
    private long _failedProtocol;
    private long _failedNetwork;
    private long _timedOut;
    private int _inFlight;

    public long Completed => Interlocked.Read(ref _completed);

    /// <summary>No common version, cipher or ALPN protocol, or bytes that are no TLS at all.</summary>
    public long FailedProtocol => Interlocked.Read(ref _failedProtocol);

    /// <summary>The peer went away in the middle.</summary>
    public long FailedNetwork => Interlocked.Read(ref _failedNetwork);

    /// <summary>Not done within <see cref="TlsOptions.HandshakeTimeoutMs"/>.</summary>
    public long TimedOut => Interlocked.Read(ref _timedOut);

    public int InFlight => Volatile.Read(ref _inFlight);

    internal void Started() => Interlocked.Increment(ref _inFlight);

    internal void Ended() => Interlocked.Decrement(ref _inFlight);

    internal void CountCompleted() => Interlocked.Increment(ref _completed);

    internal void CountFailedProtocol() => Interlocked.Increment(ref _failedProtocol);

    internal void CountFailedNetwork() => Interlocked.Increment(ref _failedNetwork);

    internal void CountTimedOut() => Interlocked.Increment(ref _timedOut);
}
