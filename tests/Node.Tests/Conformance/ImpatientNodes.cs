namespace Node.Tests.Conformance;

/// <summary>Nodes that wait for nobody. Nothing that has to be quick is tested on them.</summary>
public sealed class ImpatientNodes() : NodesByCarrier(
    "heartbeat:\n  interval: 250ms\n  timeout: 250ms\n",
    "  handshake_timeout: 300ms\n  connect_timeout: 300ms");
