namespace Node.Load.Net;

/// <summary>The server sent what RFC 6455 does not allow; the connection is given up and counted as an error.</summary>
internal sealed class ProtocolException(string message) : Exception(message);
