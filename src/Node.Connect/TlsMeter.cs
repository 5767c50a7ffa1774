using System.Diagnostics.Metrics;
using Node.Transport;

namespace Node.Connect;

/// <summary>A meter <c>node.tls</c>: what has become of the handshakes. Asked for at a scrape; all zero without TLS.</summary>
internal sealed class TlsMeter : IDisposable
{
    private readonly Meter _meter = new("node.tls");

    public TlsMeter(TlsCounters counters)
    {
        _meter.CreateObservableCounter<long>(
            "node.tls.handshakes",
            () => [Of("completed", counters.Completed), Of("refused", counters.FailedProtocol), Of("gone", counters.FailedNetwork), Of("timed_out", counters.TimedOut)],
            "{handshake}", "TLS handshakes, by what became of them");
        _meter.CreateObservableUpDownCounter("node.tls.handshaking", () => counters.InFlight, "{handshake}", "TLS handshakes under way");

        static Measurement<long> Of(string outcome, long count) => new(count, new KeyValuePair<string, object?>("outcome", outcome));
    }

    /// <summary>Takes the instruments away.</summary>
    public void Dispose() => _meter.Dispose();
}
