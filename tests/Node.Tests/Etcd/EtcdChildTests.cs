using Node.Rpc.Discovery;
using Node.Rpc.Etcd;
using Node.Tests.Support;

namespace Node.Tests.Etcd;

/// <summary>Both sides of a process of its own.</summary>
public sealed class EtcdChildTests
{
    [Fact]
    public async Task A_child_registers_and_stops()
    {
        if (EtcdChild.IsThis)
        {
            await EtcdChild.RunAsync();
            return;
        }

        await using EtcdServer server = await EtcdServer.StartAsync();
        using EtcdClient etcd = server.Client();
        await using RegistryView view = new(etcd, TestMember.Options);
        view.Start();
        await using EtcdChild child = EtcdChild.Registers(server.Endpoint);
        await view.UntilAsync(now => now[Roles.PushManager].Members is [{ Id: EtcdChild.Id }]);
        await child.StopAsync();
        Assert.Empty((await etcd.RangeAsync("/pubsub/registry/")).Values);
    }
}
