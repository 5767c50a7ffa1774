namespace Grpc.Core;

/// <summary>Messages of the other side, in order. One reader at a time.</summary>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message that <see cref="MoveNext"/> found.</summary>
    T Current { get; }

    /// <returns>False when the other side has said all.</returns>
    /// <exception cref="RpcException">The call has ended with another status than OK.</exception>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}
