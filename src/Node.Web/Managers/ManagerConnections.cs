using Grpc.Core;
using Grpc.Health.V1;
using Node.Protocol.Controller;
using Node.Protocol.Push;
using Node.Rpc;
using Node.Web.Settings;

namespace Node.Web.Managers;

/// <summary>The channels to the managers, and the control plane on them.</summary>
public sealed class ManagerConnections : IDisposable
{
    private static readonly TimeSpan HealthTimeout = TimeSpan.FromSeconds(2);

    private readonly List<GrpcChannel> _channels = [];

    /// <summary>Connects with the first calls, not here.</summary>
    public ManagerConnections(ManagersSection managers, TimeSpan timeout, TimeProvider time)
    {
        bool tls = managers.AuthorityFile.Length + managers.CertFile.Length > 0;
        var options = new GrpcChannelOptions
        {
            Token = NotEmpty(managers.Token),
            Tls = !tls ? null : new RpcTls
            {
                AuthorityFile = NotEmpty(managers.AuthorityFile), CertificateFile = NotEmpty(managers.CertFile), KeyFile = NotEmpty(managers.KeyFile),
            },
        };
        Manager<CallInvoker>[] pushers = [.. managers.Push.Select(address => Open(address, options))];
        Manager<CallInvoker>[] controllers = [.. managers.Controllers.Select(address => Open(address, options))];
        ControlPlane = new ManagerControlPlane(
            [.. pushers.Select(way => new Manager<PushService.PushServiceClient>(way.Address, new PushService.PushServiceClient(way.Client)))],
            [.. controllers.Select(way => new Manager<ControllerService.ControllerServiceClient>(
                way.Address, new ControllerService.ControllerServiceClient(way.Client)))],
            new PartsCheck(
                [.. pushers.Select(way => new Manager<Health.HealthClient>(way.Address, new Health.HealthClient(way.Client)))],
                time, HealthTimeout),
            time, timeout);
    }

    public ManagerControlPlane ControlPlane { get; }

    public void Dispose() => _channels.ForEach(channel => channel.Dispose());

    private Manager<CallInvoker> Open(string address, GrpcChannelOptions options)
    {
        GrpcChannel channel = GrpcChannel.ForAddress(ManagersSection.UrlOf(address), options);
        _channels.Add(channel);
        return new Manager<CallInvoker>(channel.Target, channel.CreateCallInvoker());
    }

    private static string? NotEmpty(string text) => text.Length > 0 ? text : null;
}
