using Grpc.Core;
using Grpc.Health.V1;
using Node.Protocol.Controller;
using Node.Protocol.Push;
using Node.Rpc;
using Node.Rpc.Discovery;
using Node.Web.Settings;

namespace Node.Web.Managers;

/// <summary>The channels to the managers, and the control plane on them. Any thread.</summary>
public sealed class ManagerConnections : IDisposable
{
    private static readonly TimeSpan HealthTimeout = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, GrpcChannel> _channels = [];
    private readonly ManagerSet<PushService.PushServiceClient> _pushers = new();
    private readonly ManagerSet<Health.HealthClient> _health = new();
    private readonly ManagerSet<ControllerService.ControllerServiceClient> _controllers = new();
    private readonly ManagersSection _managers;
    private readonly GrpcChannelOptions _options;

    /// <summary>Connects with the first calls, not here; to the addresses of the settings until others are known.</summary>
    public ManagerConnections(ManagersSection managers, TimeSpan timeout, TimeProvider time)
    {
        _managers = managers;
        bool tls = managers.AuthorityFile.Length + managers.CertFile.Length > 0;
        _options = new GrpcChannelOptions
        {
            Token = NotEmpty(managers.Token),
            Tls = !tls ? null : new RpcTls
            {
                AuthorityFile = NotEmpty(managers.AuthorityFile), CertificateFile = NotEmpty(managers.CertFile), KeyFile = NotEmpty(managers.KeyFile),
            },
        };
        ControlPlane = new ManagerControlPlane(_pushers, _controllers, new PartsCheck(_health, time, HealthTimeout), time, timeout);
        Apply(managers.Push, managers.Controllers);
    }

    public ManagerControlPlane ControlPlane { get; }

    /// <summary>Takes who is registered. Of a role that nobody has, those that were known stay.</summary>
    public void Apply(RegistrySnapshot snapshot)
    {
        string[] pushers = AddressesOf(snapshot[Roles.PushManager]);
        string[] controllers = AddressesOf(snapshot[Roles.ControllerManager]);
        Apply(
            pushers.Length > 0 ? pushers : [.. _pushers.Current.Select(manager => manager.Address)],
            controllers.Length > 0 ? controllers : [.. _controllers.Current.Select(manager => manager.Address)]);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (GrpcChannel channel in _channels.Values)
            {
                channel.Dispose();
            }
        }
    }

    private void Apply(IReadOnlyList<string> pushers, IReadOnlyList<string> controllers)
    {
        lock (_lock)
        {
            _pushers.Current = [.. pushers.Select(address => Open(address, channel => new PushService.PushServiceClient(channel)))];
            _health.Current = [.. pushers.Select(address => Open(address, channel => new Health.HealthClient(channel)))];
            _controllers.Current =
                [.. controllers.Select(address => Open(address, channel => new ControllerService.ControllerServiceClient(channel)))];
            foreach (string gone in _channels.Keys.Except(pushers.Concat(controllers)).ToList())
            {
                // Calls that are under way on it end as UNAVAILABLE, and are made again elsewhere.
                _channels.Remove(gone, out GrpcChannel? channel);
                channel!.Dispose();
            }
        }
    }

    private Manager<TClient> Open<TClient>(string address, Func<CallInvoker, TClient> client)
    {
        if (!_channels.TryGetValue(address, out GrpcChannel? channel))
        {
            channel = GrpcChannel.ForAddress(_managers.UrlOf(address), _options);
            _channels.Add(address, channel);
        }

        return new Manager<TClient>(address, client(channel.CreateCallInvoker()));
    }

    private static string[] AddressesOf(RoleMembers members) => [.. members.Members.Select(member => member.Grpc).OfType<string>()];

    private static string? NotEmpty(string text) => text.Length > 0 ? text : null;
}
