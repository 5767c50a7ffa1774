namespace Grpc.Core;

/// <summary>A call as its handler sees it. Of use only until the handler has returned.</summary>
public abstract class ServerCallContext
{
    /// <summary><c>/package.Service/Method</c>.</summary>
    public abstract string Method { get; }

    /// <summary>The name that the client called this server by.</summary>
    public abstract string Host { get; }

    /// <summary>Where the client is: <c>ipv4:10.0.0.5:4711</c>.</summary>
    public abstract string Peer { get; }

    /// <summary>UTC; <see cref="DateTime.MaxValue"/>: none.</summary>
    public abstract DateTime Deadline { get; }

    public abstract Metadata RequestHeaders { get; }

    /// <summary>Cancelled when the client has cancelled or is gone, and at the deadline.</summary>
    public abstract CancellationToken CancellationToken { get; }

    /// <summary>Sent with the status.</summary>
    public abstract Metadata ResponseTrailers { get; }

    /// <summary>Sent when the handler returns without an exception.</summary>
    public abstract Status Status { get; set; }

    /// <summary>For messages that have none of their own.</summary>
    public abstract WriteOptions? WriteOptions { get; set; }

    /// <summary>Sends headers now; without it they leave with the first message.</summary>
    /// <exception cref="InvalidOperationException">They have left.</exception>
    public abstract Task WriteResponseHeadersAsync(Metadata responseHeaders);
}
