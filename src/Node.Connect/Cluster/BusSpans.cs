using System.Diagnostics;
using System.Text;
using Node.Host.Traces;
using Node.Hub;
using Node.Protocol.Connect;
using Node.Rpc.Discovery;

namespace Node.Connect.Cluster;

/// <summary>The spans of a node: a client's message until its answer, and what is delivered here of a message that is traced. Any thread.</summary>
internal static class BusSpans
{
    private static readonly ActivitySource Source = new("Node.Connect");

    /// <param name="target">Where the message goes.</param>
    /// <param name="traceparent">The client's; one that cannot be read is as good as none, and the node may begin a trace itself.</param>
    /// <returns>Null for a message that is not traced.</returns>
    public static Activity? BeginPublish(in TargetKey target, ReadOnlySpan<byte> traceparent)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        ActivityContext parent = default;
        if (!traceparent.IsEmpty)
        {
            ActivityContext.TryParse(Encoding.UTF8.GetString(traceparent), null, isRemote: true, out parent);
        }

        return Span.Begin(Source, "publish", ActivityKind.Server, parent)?.SetTag("messaging.destination.name", target.Name.ToStringUtf8());
    }

    /// <summary>What hears the answer, and ends the span before.</summary>
    public static Action<BusAnswer> Ending(Activity span, Action<BusAnswer> done) => answer =>
    {
        if (answer.Outcome != BusOutcome.Done)
        {
            span.SetStatus(ActivityStatusCode.Error, answer.Outcome.ToString());
        }

        span.Dispose();
        done(answer);
    };

    /// <returns>A span and its place for each message that is traced; null where none is.</returns>
    public static List<(Activity Span, int Place)>? BeginDeliveries(IReadOnlyList<Delivery> deliveries)
    {
        List<(Activity Span, int Place)>? spans = null;
        for (int i = 0; i < deliveries.Count; i++)
        {
            if (Span.Continue(Source, "deliver", ActivityKind.Consumer, deliveries[i].Payload.Traceparent) is { } span)
            {
                (spans ??= []).Add((span.SetTag("messaging.destination.name", deliveries[i].Target.Name.ToStringUtf8()), i));
            }
        }

        return spans;
    }

    /// <param name="spans">Of the messages that are traced.</param>
    /// <param name="reached">Connections, for each message.</param>
    public static void EndDeliveries(List<(Activity Span, int Place)>? spans, uint[] reached)
    {
        if (spans is null)
        {
            return;
        }

        foreach ((Activity span, int place) in spans)
        {
            span.SetTag("node.connections", reached[place]);
            span.Dispose();
        }
    }
}
