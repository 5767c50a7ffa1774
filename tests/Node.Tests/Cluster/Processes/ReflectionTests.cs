using System.Text.Json;
using Node.Protocol.Controller;
using Node.Tests.Hub;
using Node.Tests.Rpc;

namespace Node.Tests.Cluster.Processes;

/// <summary>Foreign clients that have no contract ask the ports of real processes, as an operator does with grpcurl.</summary>
[Collection(nameof(ClusterProcessesCollection))]
public sealed class ReflectionTests
{
    private static readonly string[] Common =
        ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"];

    [Fact]
    public async Task The_managers_tell_what_they_answer_and_answer_it()
    {
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(new ClusterSetup(Nodes: 1, Managers: 1));
        await using HubClient alice = await HubClient.NamedAsync(cluster.Nodes[0].HttpAddress, "alice");
        await alice.JoinAsync("lobby");
        await cluster.UntilAsync(async () =>
        {
            RoomStats? stats = await cluster.AskAsync(controller => controller.GetRoomStatsAsync(new GetRoomStatsRequest()).ResponseAsync);
            return stats?.Members == 1 ? null : $"the controller counts {stats}";
        });
        foreach (ReflectionCaller caller in ReflectionCaller.All.Select(row => new ReflectionCaller(row.Data.Item1, row.Data.Item2)))
        {
            (string[] services, JsonElement stats) = await caller.CallAsync(
                cluster.Controllers[0].GrpcAddress, "", "controller.ControllerService", "GetRoomStats", """{"room": "lobby"}""");
            Assert.Equal([.. Common, "controller.ControllerService"], services.Order(StringComparer.Ordinal).OrderBy(name => name[0] != 'g'));
            Assert.Equal(["1", "1", "1"], ((string[])["rooms", "members", "users"]).Select(name => $"{stats.GetProperty(name)}"));

            (services, JsonElement pushed) = await caller.CallAsync(
                cluster.Managers[0].GrpcAddress, "", "push.PushService", "PushToRoom", """{"room": "lobby", "payload": {"kind": "JSON", "data": "MQ=="}}""");
            Assert.Contains("push.PushService", services);
            Assert.NotEqual("0", $"{pushed.GetProperty("offset")}");
            Assert.Equal("1", (await alice.ReceiveAsync("publish")).Data);
        }
    }
}
