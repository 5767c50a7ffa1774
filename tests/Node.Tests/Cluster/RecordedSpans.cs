using System.Collections.Concurrent;
using System.Diagnostics;

namespace Node.Tests.Cluster;

/// <summary>Samples one trace and keeps its spans; whatever else runs meanwhile is not traced by it.</summary>
internal sealed class RecordedSpans : IDisposable
{
    private readonly ConcurrentQueue<Activity> _started = new();
    private readonly ActivityListener _listener;

    /// <param name="sources">Whose spans.</param>
    public RecordedSpans(params string[] sources)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => sources.Contains(source.Name),
            Sample = (ref options) => options.TraceId == Client.TraceId && options.Parent.TraceFlags == ActivityTraceFlags.Recorded
                ? ActivitySamplingResult.AllDataAndRecorded
                : ActivitySamplingResult.None,
            ActivityStarted = _started.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>The span that a client has of its own.</summary>
    public ActivityContext Client { get; } = new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);

    public string Traceparent => $"00-{Client.TraceId}-{Client.SpanId}-01";

    public List<Activity> All => [.. _started.Where(span => span.TraceId == Client.TraceId)];

    /// <summary>Those of one name; each has ended.</summary>
    public List<Activity> Of(string name)
    {
        List<Activity> spans = All.FindAll(span => span.OperationName == name);
        Assert.All(spans, span => Assert.True(span.IsStopped));
        return spans;
    }

    /// <summary>Spans of any trace that say they go to a room or user.</summary>
    public IEnumerable<Activity> To(string destination) =>
        _started.Where(span => Equals(span.GetTagItem("messaging.destination.name"), destination));

    public void Dispose() => _listener.Dispose();
}
