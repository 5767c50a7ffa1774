using System.Diagnostics;

namespace Node.Host.Traces;

/// <summary>
/// Spans that begin on one thread and end on another: they never become a thread's current one, and nothing that runs meanwhile falls
/// under them by accident. Any thread.
/// </summary>
public static class Span
{
    /// <returns>Null where nobody listens, and for what is not sampled: it costs nothing further on.</returns>
    public static Activity? Begin(ActivitySource source, string name, ActivityKind kind, in ActivityContext parent)
    {
        if (!source.HasListeners())
        {
            return null;
        }

        Activity? before = Activity.Current;
        Activity.Current = null;
        Activity? span = source.StartActivity(name, kind, parent);
        if (span is { Recorded: false })
        {
            span.Dispose();
            span = null;
        }

        Activity.Current = before;
        return span;
    }

    /// <summary>Goes on with a trace that came in a message; null also where none did, or one that cannot be read.</summary>
    /// <param name="source">Of the span.</param>
    /// <param name="name">Of the span.</param>
    /// <param name="kind">Of the span.</param>
    /// <param name="traceparent">As in W3C's header of that name.</param>
    public static Activity? Continue(ActivitySource source, string name, ActivityKind kind, string traceparent) =>
        traceparent.Length > 0 && ActivityContext.TryParse(traceparent, null, isRemote: true, out ActivityContext parent)
            ? Begin(source, name, kind, parent)
            : null;
}
