namespace Node.Tests.Conformance;

/// <summary>How a client's bytes reach the node. Nothing may depend on it.</summary>
internal enum Delivery
{
    /// <summary>In one write, after the handshake.</summary>
    Whole,

    /// <summary>In the same write as the request, for those who do not wait for the answer.</summary>
    Pipelined,

    /// <summary>One octet a write. (The request in octets is the matter of <see cref="HandshakeTests"/>.)</summary>
    Octets,
}
