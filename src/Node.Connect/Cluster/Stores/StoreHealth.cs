using Microsoft.Extensions.Logging;
using Node.Connect.Logging;

namespace Node.Connect.Cluster.Stores;

/// <summary>Whether a store works, told to the log when that changes. Written by the bus's thread, read by any.</summary>
internal sealed class StoreHealth(ILogger log, string store)
{
    private volatile string? _problem;

    public string? Problem => _problem;

    public void Failed(string reason)
    {
        if (_problem is null)
        {
            log.BusAway(store, reason);
        }

        _problem = reason;
    }

    public void Works()
    {
        if (_problem is not null)
        {
            log.BusWorks(store);
        }

        _problem = null;
    }

    public void Ignored(string key) => log.BusValueIgnored(store, key);
}
