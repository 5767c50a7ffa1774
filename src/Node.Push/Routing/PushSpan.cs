using System.Diagnostics;
using Grpc.Core;
using Node.Host.Traces;
using Node.Protocol.Push;
using Node.Rpc.Discovery;

namespace Node.Push.Routing;

/// <summary>The span of a push: from being taken until the nodes have answered. The router's thread.</summary>
internal static class PushSpan
{
    private static readonly ActivitySource Source = new("Node.Push");

    /// <param name="target">Where it goes.</param>
    /// <param name="payload">Becomes a copy that names this span: a push to several targets has one payload, and a span for each.</param>
    /// <returns>Null for a message that is not traced.</returns>
    public static Activity? Begin(in TargetKey target, ref Payload payload)
    {
        Activity? span = Span.Continue(Source, "push", ActivityKind.Internal, payload.Traceparent);
        if (span is not null)
        {
            span.SetTag("messaging.destination.name", target.Name.ToStringUtf8());
            payload = payload.Clone();
            payload.Traceparent = span.Id;
        }

        return span;
    }

    public static void End(this Activity span, PushOutcome outcome)
    {
        span.SetTag("node.connections", outcome.Connections);
        if (outcome.Code != StatusCode.OK || outcome.FailedNodes.Count > 0)
        {
            span.SetStatus(ActivityStatusCode.Error, outcome.Code.ToString());
        }

        span.Dispose();
    }
}
