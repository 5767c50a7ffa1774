using Node.Rpc.Discovery;
using Node.Tests.Support;

namespace Node.Tests.Etcd;

internal static class RegistryViewExtensions
{
    /// <summary>The first view from now on that fits.</summary>
    public static async Task<RegistrySnapshot> UntilAsync(this RegistryView view, Predicate<RegistrySnapshot> fits)
    {
        TaskCompletionSource<RegistrySnapshot> found = new(TaskCreationOptions.RunContinuationsAsynchronously);
        view.Changed += Look;
        Look(view.Current);
        try
        {
            return await found.Task.WaitAsync(EtcdServer.Patience);
        }
        finally
        {
            view.Changed -= Look;
        }

        void Look(RegistrySnapshot snapshot)
        {
            if (fits(snapshot))
            {
                found.TrySetResult(snapshot);
            }
        }
    }
}
