using System.Net;
using Microsoft.Extensions.Logging;
using Node.Connect.Cluster.Reporting;
using Node.Connect.Logging;
using Node.Connect.Settings;
using Node.Host;
using Node.Host.Cluster;
using Node.Host.Logging;
using Node.Host.Settings;
using Node.Hub;
using Node.Rpc.Discovery;

namespace Node.Connect.Cluster;

/// <summary>A node's life in a cluster: registered in etcd, joined to the others by its bus, its channels known to the controller. Any thread.</summary>
internal sealed class ClusterHost : IAsyncDisposable
{
    private static readonly TimeSpan LoadInterval = TimeSpan.FromSeconds(1);

    private readonly Hub.Hub _hub;
    private readonly NodeSettings _settings;
    private readonly ILogger _log;
    private readonly long _incarnation = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
    private readonly CancellationTokenSource _stopped = new();
    private readonly ClusterMember _member;
    private readonly ClusterNode _node;
    private readonly ControllerChannel _controller;
    private readonly NodeReporter _reporter;
    private readonly BusMeter _meter;
    private readonly Neighbours _neighbours = new();
    private readonly Timer _load;
    private volatile Member? _self;
    private (int Managers, int Nodes) _counts;

    /// <param name="hub">Whose <see cref="Hub.Hub.Bus"/> may be <see cref="Bus"/>.</param>
    /// <param name="settings">With etcd.</param>
    /// <param name="log">The node's.</param>
    public ClusterHost(Hub.Hub hub, NodeSettings settings, ILogger log)
    {
        (_hub, _settings, _log) = (hub, settings, log);
        string id = settings.Node.EffectiveId;
        _member = new ClusterMember(settings.Etcd, log);
        _node = new ClusterNode(
            hub, id, (ulong)_incarnation, settings.Rpc.ServerOptions(settings.Node.Bind, settings.Node.GrpcPort), log, Empty);
        _controller = new ControllerChannel(settings.Cluster.Controller, _member, settings.Rpc.ChannelOptions());
        _reporter = new NodeReporter(hub, id, (ulong)_incarnation, _controller, log);
        _meter = new BusMeter(_node.Bus.Core);
        _load = new Timer(_ => _member.UpdateLoad(hub.SessionCount));
        _member.Changed += Take;
        hub.Elsewhere = _neighbours.Next;
        hub.Roster = new ControllerRoster(_controller, TimeProvider.System).AskAsync;
    }

    private int Port => _node.Port;

    /// <summary>The streams of push-managers.</summary>
    public MessageBus Bus => _node.Bus;

    /// <summary>Hears that a later start of the same id has taken this one's place. On a thread of the pool.</summary>
    public Action Superseded { get; set; } = static () => { };

    /// <summary>What cannot be reached, by name, and why.</summary>
    public Dictionary<string, string> Away
    {
        get
        {
            var away = new Dictionary<string, string>();
            Add("etcd", _member.Problem);
            Add("controller-manager", _reporter.Problem);
            Add("push-manager", _node.Bus.Core.ManagerCount > 0 ? null : "none is attached");
            return away;

            void Add(string part, string? problem)
            {
                if (problem is not null)
                {
                    away[part] = problem;
                }
            }
        }
    }

    /// <summary>Opens the gRPC port; before clients can come.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public async Task StartAsync()
    {
        await Ports.OpenAsync("node.grpc_port", () => _node.StartAsync()).ConfigureAwait(false);
        _log.Listening("gRPC", $"{_settings.Node.Bind}:{Port}");
        _member.Watch();
        _reporter.Start();
    }

    /// <summary>Tells the others, and through them clients, that this node is here.</summary>
    /// <param name="endPoint">Of the WebSockets.</param>
    /// <param name="metrics">Of the metrics.</param>
    public void Register(IPEndPoint endPoint, Uri metrics)
    {
        string scheme = _settings.Tls.Enabled ? "wss" : "ws";
        _self = new Member
        {
            Id = _settings.Node.EffectiveId,
            Role = Roles.ConnectNode,
            Incarnation = _incarnation,
            Grpc = _settings.Rpc.AddressAt(_settings.Node.Bind, Port),
            ClientUrl = _settings.Cluster.ClientUrl.Length > 0
                ? _settings.Cluster.ClientUrl
                : $"{scheme}://{RpcSection.HostAndPort(endPoint.Address, endPoint.Port)}/ws",
            Metrics = metrics.Authority,
            State = MemberState.Ready,
            Version = NodeHost.Version,
        };
        _member.Register(_self);
        _ = _member.Superseded.ContinueWith(_ => Superseded(), TaskScheduler.Default);
        _load.Change(LoadInterval, LoadInterval);
    }

    /// <summary>Tells the others that nobody new should come; done when they can know, or cannot be told.</summary>
    public async Task DrainAsync(TimeSpan within) =>
        await _member.UpdateAsync(MemberState.Draining).WaitAsync(within).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Out of the registry; after the last connection.</summary>
    public ValueTask LeaveAsync() => _member.LeaveAsync();

    public async ValueTask DisposeAsync()
    {
        (_hub.Roster, _hub.Elsewhere) = (null, null);
        await _stopped.CancelAsync().ConfigureAwait(false);
        await _load.DisposeAsync().ConfigureAwait(false);
        await _member.DisposeAsync().ConfigureAwait(false);
        await _reporter.DisposeAsync().ConfigureAwait(false);
        await _node.DisposeAsync().ConfigureAwait(false);
        _controller.Dispose();
        _meter.Dispose();
        _stopped.Dispose();
    }

    private void Take(RegistrySnapshot snapshot)
    {
        // Every change of somebody's load is a view, too.
        (int Managers, int Nodes) counts = (snapshot[Roles.PushManager].Members.Count, snapshot[Roles.ConnectNode].Members.Count);
        if (counts != _counts)
        {
            _counts = counts;
            _log.ViewTaken(counts.Managers, counts.Nodes);
        }

        if (_self is { } self)
        {
            _neighbours.Apply(snapshot[Roles.ConnectNode], self);
        }

        _node.Apply(new ManagerView(snapshot[Roles.PushManager]));
    }

    private void Empty(int rate)
    {
        int perSecond = rate > 0 ? rate : _settings.Cluster.DrainRate;
        _log.Empties(_hub.SessionCount, perSecond);
        _ = _member.UpdateAsync(MemberState.Draining, _stopped.Token);
        _ = _hub.EmptyAsync(perSecond, _stopped.Token);
    }
}
