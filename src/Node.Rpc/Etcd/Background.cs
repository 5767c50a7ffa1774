using Microsoft.Extensions.Logging;

namespace Node.Rpc.Etcd;

/// <summary>Runs what nobody awaits until the end: a loop that failed by a fault of our own must not end in silence.</summary>
internal static class Background
{
    /// <returns>Never fails; done when the loop is, stopped or not.</returns>
    public static async Task RunAsync(ILogger log, string what, Func<Task> loop)
    {
        try
        {
            await loop().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
        catch (Exception error)
        {
            log.LoopFailed(what, error);
        }
    }
}
