namespace Grpc.Core;

/// <summary>The stream ends when its handler returns.</summary>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>;
