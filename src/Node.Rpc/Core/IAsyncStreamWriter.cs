namespace Grpc.Core;

/// <summary>Messages to the other side. One write at a time.</summary>
public interface IAsyncStreamWriter<in T>
{
    /// <summary>For the writes from now on; null: the call's.</summary>
    WriteOptions? WriteOptions { get; set; }

    /// <summary>Complete when the other side's flow control has room for the message, not when it has arrived.</summary>
    /// <exception cref="InvalidOperationException">The write before is not complete, or the stream is closed.</exception>
    /// <exception cref="RpcException">The call has ended.</exception>
    Task WriteAsync(T message);
}
