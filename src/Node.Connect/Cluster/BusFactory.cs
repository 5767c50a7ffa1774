using Microsoft.Extensions.Logging;
using Node.Connect.Cluster.Etcd;
using Node.Connect.Cluster.Redis;
using Node.Connect.Cluster.Stores;
using Node.Connect.Logging;
using Node.Connect.Settings;

namespace Node.Connect.Cluster;

/// <summary>Makes the bus over the store that <c>cluster.bus</c> names.</summary>
internal static class BusFactory
{
    /// <summary>Makes it; it does not set <see cref="Hub.Hub.Bus"/>.</summary>
    /// <param name="hub">Takes what comes.</param>
    /// <param name="settings">Without violations.</param>
    /// <param name="log">The node's.</param>
    /// <returns>Null where no store is the bus: the streams of push-managers are <see cref="ClusterNode"/>'s.</returns>
    public static StoreBus? Create(Hub.Hub hub, NodeSettings settings, ILogger log)
    {
        IBusStore? store = settings.Cluster.Bus switch
        {
            BusKind.Etcd => new EtcdBusStore(settings.Etcd.ToOptions(), log),
            BusKind.Redis => new RedisBusStore(settings.Redis.Configuration, settings.Redis.Prefix, log),
            _ => null,
        };
        if (store is null)
        {
            return null;
        }

        // Nobody waits for the counts: the store answers publishes.
        return new StoreBus(new HubReceiver(hub, static () => { }), store, log.BusFailed);
    }
}
