namespace Grpc.Core;

/// <summary>A call that ended with another status than OK. Thrown by a handler, it becomes the call's status.</summary>
public class RpcException(Status status, Metadata trailers) : Exception($"{status}", status.DebugException)
{
    public RpcException(Status status) : this(status, Metadata.Empty)
    {
    }

    public Status Status { get; } = status;

    public StatusCode StatusCode => Status.StatusCode;

    /// <summary>Metadata that came, or goes, with the status.</summary>
    public Metadata Trailers { get; } = trailers;
}
