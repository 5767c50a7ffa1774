using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Node.Protocol.Controller;
using Node.Protocol.Push;
using Node.Rpc;
using Node.Tests.Rpc;
using Node.Tests.Settings;
using Node.Tests.Support;

namespace Node.Tests.Cluster.Processes;

/// <summary>Strangers at the gRPC ports of real processes: each wrong call gets its status, and costs nothing else.</summary>
[Collection(nameof(ClusterProcessesCollection))]
public sealed class BadCallTests
{
    private const string Token = "a-token-of-the-cluster";
    private const int Rounds = 20;

    // Far over what the calls should take, far under what it would take to keep what they bring.
    private const long MaxGrowth = 100L * 1024 * 1024;

    private static readonly byte[] TooMuch = RawCall.Framed(0, new byte[5 * 1024 * 1024]);
    private static readonly byte[] Malformed = RawCall.Framed(0, [255, 255, 255]);
    private static readonly byte[] Empty = RawCall.Framed(0, []);

    [Fact]
    public async Task A_wrong_call_gets_its_status_and_the_processes_go_on()
    {
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(new ClusterSetup(Nodes: 1, Managers: 1) { Environment = [("CLUSTER_TOKEN", Token)] });
        (ClusterProcess Process, string Method)[] doors =
        [
            (cluster.Controllers[0], "/controller.ControllerService/GetRoomStats"),
            (cluster.Managers[0], "/push.PushService/PushToRoom"),
            (cluster.Nodes[0], "/node.NodeService/Kick"),
        ];
        foreach ((ClusterProcess process, string method) in doors)
        {
            await CallAllAsync(process, method);
            long before = process.ResidentBytes();
            for (int i = 0; i < Rounds; i++)
            {
                await CallAllAsync(process, method);
            }

            Assert.InRange(process.ResidentBytes() - before, long.MinValue, MaxGrowth);
        }

        await RefusedAsync(cluster.Managers[0], "/push.PushService/PushToRoom", new PushToRoomRequest { Payload = new Payload() });
        await RefusedAsync(cluster.Controllers[0], "/controller.ControllerService/JoinRoom", new JoinRoomRequest { Room = "r" });
        await RefusedAsync(cluster.Controllers[0], "/controller.ControllerService/Report", new NodeReport { SnapshotBegin = true });
        await RefusedAsync(cluster.Nodes[0], "/node.NodeService/Kick", new KickRequest { Code = 1 });
        await cluster.HealedAsync();
        await AnswersAsync(cluster);
    }

    [Fact]
    public async Task Over_mutual_TLS_the_cluster_works_and_strangers_get_nowhere()
    {
        using var folder = new TestFolder();
        using var elsewhere = new TestFolder();
        (SelfSignedCertificate ours, SelfSignedCertificate theirs) = (new SelfSignedCertificate(folder), new SelfSignedCertificate(elsewhere));
        (string, string)[] files = [.. from prefix in (string[])["RPC", "CONTROLLER"]
            from file in ((string, string)[])[("CERT", ours.CertificateFile), ("KEY", ours.KeyFile), ("AUTHORITY", ours.CertificateFile)]
            select ($"{prefix}_{file.Item1}_FILE", file.Item2)];
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(new ClusterSetup(Nodes: 1, Managers: 1) { Environment = files });
        foreach (ClusterProcess process in (ClusterProcess[])[cluster.Controllers[0], cluster.Managers[0], cluster.Nodes[0]])
        {
            Assert.Equal(StatusCode.OK, await CheckAsync(process, "https", TlsOf(ours, ours)));
            Assert.Equal(StatusCode.Unavailable, await CheckAsync(process, "http", null));
            Assert.Equal(StatusCode.Unavailable, await CheckAsync(process, "https", new RpcTls { AuthorityFile = ours.CertificateFile }));
            Assert.Equal(StatusCode.Unavailable, await CheckAsync(process, "https", TlsOf(shown: theirs, trusted: ours)));
            Assert.Equal(StatusCode.Unavailable, await CheckAsync(process, "https", TlsOf(shown: ours, trusted: theirs)));
            Assert.Equal(StatusCode.OK, await CheckAsync(process, "https", TlsOf(ours, ours)));
        }

        await cluster.HealedAsync();
    }

    private static async Task CallAllAsync(ClusterProcess process, string method)
    {
        string service = method[..method.LastIndexOf('/')];
        await AnsweredAsync(process, StatusCode.Unauthenticated, method, Empty, token: null);
        await AnsweredAsync(process, StatusCode.Unauthenticated, method, Empty, token: "another-token");
        await AnsweredAsync(process, StatusCode.Unauthenticated, "/grpc.health.v1.Health/Check", Empty, token: null);
        await AnsweredAsync(process, StatusCode.ResourceExhausted, method, TooMuch);
        await AnsweredAsync(process, StatusCode.ResourceExhausted, method, [0, 255, 255, 255, 255]);
        await AnsweredAsync(process, StatusCode.Internal, method, Malformed);
        await AnsweredAsync(process, StatusCode.Internal, method, [0, 0, 0, 0, 9, 1]);
        await AnsweredAsync(process, StatusCode.Internal, method, []);
        await AnsweredAsync(process, StatusCode.Unimplemented, $"{service}/Nothing", Empty);
        await AnsweredAsync(process, StatusCode.Unimplemented, "/no.Service/Nothing", Empty);
        await AnsweredAsync(process, StatusCode.OK, "/grpc.health.v1.Health/Check", Empty);
    }

    private static Task RefusedAsync(ClusterProcess process, string method, IMessage message) =>
        AnsweredAsync(process, StatusCode.InvalidArgument, method, RawCall.Framed(message));

    private static async Task AnsweredAsync(ClusterProcess process, StatusCode status, string method, byte[] body, string? token = Token)
    {
        RawAnswer answer = await RawCall.SendAsync(new Uri($"http://{process.GrpcAddress}"), body, method, token: token);
        Assert.True((200, $"{(int)status}") == (answer.Http, answer.Status), $"{process.Id} {method}: {answer}, not {status}\n{process.Tail}");
    }

    private static async Task AnswersAsync(ClusterProcesses cluster)
    {
        using GrpcChannel channel = cluster.Managers[0].Channel(Token);
        PushResponse pushed = await new PushService.PushServiceClient(channel).PushToRoomAsync(
            new PushToRoomRequest { Room = "nobody's", Payload = new Payload { Data = ByteString.CopyFromUtf8("1") } });
        Assert.Equal(["nobody's"], pushed.Unknown);
    }

    private static RpcTls TlsOf(SelfSignedCertificate shown, SelfSignedCertificate trusted) => new()
    {
        CertificateFile = shown.CertificateFile, KeyFile = shown.KeyFile, AuthorityFile = trusted.CertificateFile,
    };

    private static async Task<StatusCode> CheckAsync(ClusterProcess process, string scheme, RpcTls? tls)
    {
        using GrpcChannel channel = GrpcChannel.ForAddress($"{scheme}://{process.GrpcAddress}", new GrpcChannelOptions { Tls = tls });
        try
        {
            await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest(), deadline: DateTime.UtcNow + ClusterProcesses.Patience);
            return StatusCode.OK;
        }
        catch (RpcException error)
        {
            return error.StatusCode;
        }
    }
}
