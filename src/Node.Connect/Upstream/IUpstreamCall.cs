using Node.Protocol.Upstream;

namespace Node.Connect.Upstream;

/// <summary>The way to the application: gRPC or HTTP. Any thread, several calls at once.</summary>
internal interface IUpstreamCall : IDisposable
{
    /// <param name="batch">What to ask.</param>
    /// <param name="token">Empty: none is sent.</param>
    /// <param name="cancel">Requested when the time is up, too.</param>
    /// <exception cref="UpstreamException">There is no answer.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    Task<BatchAnswer> AskAsync(Batch batch, string token, CancellationToken cancel);
}
