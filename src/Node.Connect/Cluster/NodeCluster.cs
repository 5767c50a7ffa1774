using System.Net;
using Microsoft.Extensions.Logging;
using Node.Connect.Cluster.Stores;
using Node.Connect.Logging;
using Node.Connect.Settings;
using Node.Hub;

namespace Node.Connect.Cluster;

/// <summary>
/// A node alone or among others, as the settings say, and from one to the other while it runs. Any thread; one switch after the other.
/// </summary>
internal sealed class NodeCluster : IAsyncDisposable
{
    private readonly Hub.Hub _hub;
    private readonly ILogger _log;
    private readonly TaskCompletionSource _superseded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private BusKind _kind;
    private volatile ClusterHost? _host;
    private volatile StoreBus? _store;
    private (IPEndPoint EndPoint, Uri Metrics)? _place;
    private Task _switching = Task.CompletedTask;

    /// <param name="hub">Not started yet.</param>
    /// <param name="settings">Without violations.</param>
    /// <param name="log">The node's.</param>
    public NodeCluster(Hub.Hub hub, NodeSettings settings, ILogger log)
    {
        (_hub, _log, _kind) = (hub, log, settings.Cluster.Bus);
        _host = settings.Cluster.IsJoined(settings.Etcd) ? NewHost(settings) : null;
        _store = BusFactory.Create(hub, settings, log);
        hub.Bus = Bus;
    }

    /// <summary>Done when a later start of the same id has taken this one's place.</summary>
    public Task Superseded => _superseded.Task;

    /// <summary>What cannot be reached, by name, and why.</summary>
    public Dictionary<string, string> Away
    {
        get
        {
            Dictionary<string, string> away = _host?.Away ?? [];
            if (_store?.Problem is { } problem)
            {
                away["bus"] = problem;
            }

            return away;
        }
    }

    private MessageBus? Bus => (MessageBus?)_store ?? _host?.Bus;

    /// <summary>Before clients can come.</summary>
    /// <exception cref="IOException">A port is taken.</exception>
    public Task StartAsync() => _host?.StartAsync() ?? Task.CompletedTask;

    /// <summary>Clients can come now.</summary>
    /// <param name="endPoint">Of the WebSockets.</param>
    /// <param name="metrics">Of the metrics.</param>
    public void Register(IPEndPoint endPoint, Uri metrics)
    {
        _place = (endPoint, metrics);
        _host?.Register(endPoint, metrics);
    }

    /// <summary>Takes new settings: whether this node is alone, or how it reaches the others. Nobody is disconnected.</summary>
    public void Apply(NodeSettings settings)
    {
        lock (_lock)
        {
            if (settings.Cluster.Bus == _kind)
            {
                return;
            }

            _kind = settings.Cluster.Bus;
            _switching = SwitchAfterAsync(_switching, settings);
        }
    }

    /// <inheritdoc cref="ClusterHost.DrainAsync"/>
    public Task DrainAsync(TimeSpan within) => _host?.DrainAsync(within) ?? Task.CompletedTask;

    /// <inheritdoc cref="ClusterHost.LeaveAsync"/>
    public ValueTask LeaveAsync() => _host?.LeaveAsync() ?? ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _switching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await EndAsync(_host, _store).ConfigureAwait(false);
    }

    private ClusterHost NewHost(NodeSettings settings)
    {
        var host = new ClusterHost(_hub, settings, _log);
        host.Superseded = () => _superseded.TrySetResult();
        return host;
    }

    private async Task SwitchAfterAsync(Task before, NodeSettings settings)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await SwitchAsync(settings).ConfigureAwait(false);
            _log.BusSwitched(settings.Cluster.Bus.ToString());
        }
        catch (Exception error)
        {
            _log.BusNotSwitched(settings.Cluster.Bus.ToString(), error);
        }
    }

    private async Task SwitchAsync(NodeSettings settings)
    {
        bool joins = settings.Cluster.IsJoined(settings.Etcd);
        (ClusterHost? oldHost, StoreBus? oldStore) = (_host, _store);
        ClusterHost? host = joins ? oldHost ?? NewHost(settings) : null;
        if (host is not null && host != oldHost)
        {
            await host.StartAsync().ConfigureAwait(false);
        }

        (_host, _store) = (host, BusFactory.Create(_hub, settings, _log));
        await _hub.SwitchBusAsync(Bus).ConfigureAwait(false);
        if (host != oldHost && _place is { } place)
        {
            host?.Register(place.EndPoint, place.Metrics);
        }

        await EndAsync(host == oldHost ? null : oldHost, oldStore).ConfigureAwait(false);
    }

    private static async Task EndAsync(ClusterHost? host, StoreBus? store)
    {
        if (host is not null)
        {
            await host.DisposeAsync().ConfigureAwait(false);
        }

        if (store is not null)
        {
            await store.DisposeAsync().ConfigureAwait(false);
        }
    }
}
