using System.Diagnostics.Metrics;

namespace Node.Connect.Upstream;

/// <summary>A meter <c>node.upstream</c>: what waits for the application, and what became of it. Any thread.</summary>
internal sealed class UpstreamMeter : IDisposable
{
    private static readonly string[] Names = [.. Enum.GetNames<UpstreamOutcome>().Select(name => name switch
    {
        nameof(UpstreamOutcome.TimedOut) => "timed_out",
        _ => name.ToLowerInvariant(),
    })];

    private readonly Meter _meter = new("node.upstream");
    private readonly Counter<long> _items;
    private readonly Histogram<double> _calls;

    public UpstreamMeter(UpstreamBudget budget, Func<bool> answers)
    {
        _items = _meter.CreateCounter<long>("node.upstream.items", "{item}", "Messages and events for the application, by what became of them");
        _calls = _meter.CreateHistogram<double>("node.upstream.calls", "s", "Calls of the application, by what became of them");
        _meter.CreateObservableGauge("node.upstream.waiting", () => budget.Items, "{item}", "Messages and events that wait for the application");
        _meter.CreateObservableGauge("node.upstream.waiting_size", () => budget.Bytes, "By", "Memory that they take");
        _meter.CreateObservableGauge("node.upstream.available", () => answers() ? 1 : 0, null, "1: the last call was answered");
    }

    /// <summary>For metrics and logs.</summary>
    public static string NameOf(UpstreamOutcome outcome) => Names[(int)outcome];

    public void Item(string kind, UpstreamOutcome outcome) => _items.Add(
        1, new KeyValuePair<string, object?>("kind", kind), new KeyValuePair<string, object?>("outcome", NameOf(outcome)));

    public void Call(TimeSpan took, UpstreamOutcome outcome) =>
        _calls.Record(took.TotalSeconds, new KeyValuePair<string, object?>("outcome", NameOf(outcome)));

    public void Dispose() => _meter.Dispose();
}
