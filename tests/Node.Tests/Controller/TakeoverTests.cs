using Grpc.Core;
using Node.Controller;
using Node.Controller.Settings;
using Node.Host.Settings;
using Node.Protocol.Controller;
using Node.Rpc;
using Node.Rpc.Discovery;
using Node.Rpc.Etcd;
using Node.Tests.Settings;
using Node.Tests.Support;
using static Node.Tests.Controller.ReportingNode;

namespace Node.Tests.Controller;

/// <summary>Two controllers over one etcd, one Redis: one leads, the other takes over.</summary>
public sealed class TakeoverTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private EtcdServer _etcd = null!;
    private RedisServer _redis = null!;

    public async ValueTask InitializeAsync()
    {
        _etcd = await EtcdServer.StartAsync();
        _redis = await RedisServer.StartNewAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _etcd.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_follower_names_the_leader_and_goes_on_with_its_state_when_it_stops()
    {
        await using ControllerHost first = await StartAsync("c1");
        using GrpcChannel toFirst = ChannelTo(first);
        ControllerService.ControllerServiceClient leader = new(toFirst);
        await StatusAsync(leader, status => status.Leads);
        await using ControllerHost second = await StartAsync("c2");
        using GrpcChannel toSecond = ChannelTo(second);
        ControllerService.ControllerServiceClient follower = new(toSecond);
        await StatusAsync(follower, status => status.Leader == "c1");

        using ReportingNode node = new(leader, "n1");
        await node.SnapshotAsync(Connected(1, "anna"), Joined(1, "lobby"));
        string address = await RefusedAsync(follower);
        Assert.Equal($"127.0.0.1:{first.Port}", address);

        await first.StopAsync("the test");
        await StatusAsync(follower, status => status is { Leads: true, Leader: "c2" });
        Assert.Equal(1UL, (await follower.GetRoomInfoAsync(new GetRoomInfoRequest { Room = "lobby" })).Members);
        using ReportingNode again = new(follower, "n1");
        await again.SnapshotAsync(Connected(1, "anna"), Joined(1, "tea"));
        Assert.Equal(1UL, (await follower.GetRoomStatsAsync(new GetRoomStatsRequest())).Rooms);
    }

    [Fact]
    public async Task A_node_that_leaves_the_registry_loses_its_members_and_is_told()
    {
        await using ControllerHost host = await StartAsync("c1");
        using GrpcChannel channel = ChannelTo(host);
        ControllerService.ControllerServiceClient client = new(channel);
        await StatusAsync(client, status => status.Leads);
        using EtcdClient etcd = _etcd.Client();
        using ReportingNode node = new(client, "n1");
        await using (Registry registry = new(etcd, new Member
        {
            Id = "n1", Role = Roles.ConnectNode, Incarnation = 1, Grpc = "10.0.0.5:50052", State = MemberState.Ready,
        }))
        {
            registry.Start();
            await node.SnapshotAsync(Connected(1, "anna"), Joined(1, "lobby"));
            await NodeAsync(client, info => info.State == "ready" && info.GrpcAddress == "10.0.0.5:50052" && info.Connections == 1);
        }

        await NodeAsync(client, info => info is { State: "lost", Connections: 0 });
        Assert.Equal(0UL, (await client.GetRoomStatsAsync(new GetRoomStatsRequest())).Members);

        // It has nothing to say meanwhile, and would not find out.
        Assert.Equal(StatusCode.Aborted, await node.EndAsync());
        using ReportingNode again = new(client, "n1");
        await again.SnapshotAsync(Connected(1, "anna"), Joined(1, "lobby"));
        Assert.Equal(1UL, (await client.GetRoomStatsAsync(new GetRoomStatsRequest())).Members);
    }

    private static GrpcChannel ChannelTo(ControllerHost host) => GrpcChannel.ForAddress($"http://127.0.0.1:{host.Port}");

    private static async Task StatusAsync(ControllerService.ControllerServiceClient client, Func<ControllerStatus, bool> isSo)
    {
        using CancellationTokenSource patience = new(EtcdServer.Patience);
        while (!isSo(await client.GetStatusAsync(new GetStatusRequest(), cancellationToken: patience.Token)))
        {
            await Task.Yield();
        }
    }

    private static async Task NodeAsync(ControllerService.ControllerServiceClient client, Func<NodeInfo, bool> isSo)
    {
        using CancellationTokenSource patience = new(EtcdServer.Patience);
        while (!(await client.ListNodesAsync(new ListNodesRequest(), cancellationToken: patience.Token)).Nodes.Any(isSo))
        {
            await Task.Yield();
        }
    }

    /// <summary>The leader that a follower's refusal names; asked again until the registry has told the follower.</summary>
    private static async Task<string> RefusedAsync(ControllerService.ControllerServiceClient follower)
    {
        using CancellationTokenSource patience = new(EtcdServer.Patience);
        while (true)
        {
            RpcException refusal = await Assert.ThrowsAsync<RpcException>(
                async () => await follower.GetRoomStatsAsync(new GetRoomStatsRequest(), cancellationToken: patience.Token));
            Assert.Equal(StatusCode.FailedPrecondition, refusal.StatusCode);
            if (refusal.Trailers.GetValue("leader") is { Length: > 0 } address)
            {
                Assert.Contains(address, refusal.Status.Detail, StringComparison.Ordinal);
                return address;
            }

            await Task.Yield();
        }
    }

    private async Task<ControllerHost> StartAsync(string id)
    {
        string file = _folder.Write($"{id}.yaml", $"""
            controller: {"{"} id: {id}, grpc_port: 0 {"}"}
            metrics: {"{"} port: 0 {"}"}
            log: {"{"} level: error {"}"}
            etcd: {"{"} endpoints: ["{_etcd.Endpoint}"], ttl: 2s {"}"}
            redis: {"{"} address: "{_redis.Address}" {"}"}
            database: {"{"} kind: none {"}"}
            """);
        ControllerHost host = ControllerHost.Create(new SettingsLoader<ControllerSettings>(file, _ => null));
        await host.StartAsync();
        return host;
    }
}
