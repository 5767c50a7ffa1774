using System.Net;

namespace Node.Load.Soak;

/// <summary>Where the server is.</summary>
/// <param name="Node">WebSocket.</param>
/// <param name="Push">gRPC of the push service, as host:port.</param>
/// <param name="Metrics">What Prometheus would scrape.</param>
/// <param name="Secret">Signs users' tokens; empty: the server wants none.</param>
/// <param name="Pid">Of its process; 0: it is elsewhere, and its memory is what it says itself.</param>
internal sealed record SoakTarget(IPEndPoint Node, string Push, Uri Metrics, string Secret, int Pid);
