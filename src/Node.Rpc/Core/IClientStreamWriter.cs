namespace Grpc.Core;

public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Says that no message follows. The server may go on answering.</summary>
    Task CompleteAsync();
}
