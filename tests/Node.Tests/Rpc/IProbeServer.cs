namespace Node.Tests.Rpc;

/// <summary>A server of the probe service, ours or another's.</summary>
public interface IProbeServer : IAsyncDisposable
{
    Uri Address { get; }

    /// <summary>Complete when one more call that waits was cancelled, as its handler sees it.</summary>
    Task CancelledAsync();

    /// <summary>Ends it without a word to anybody.</summary>
    Task KillAsync();
}
