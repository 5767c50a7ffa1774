using System.Text.Json;
using Node.Protocol.Controller;
using Node.Protocol.Push;
using Node.Rpc;
using Node.Tests.Hub;
using Node.Tests.Support;
using NodeService = Node.Protocol.Connect.NodeService;

namespace Node.Tests.Standalone;

/// <summary>The standalone process, with clients of its three gRPC services.</summary>
internal sealed class StandaloneUnderTest : IAsyncDisposable
{
    private readonly NodeProcessUnderTest _process;
    private readonly List<GrpcChannel> _channels = [];

    private StandaloneUnderTest(NodeProcessUnderTest process)
    {
        _process = process;
        Channels = new Dictionary<string, GrpcChannel>
        {
            ["controller.ControllerService"] = ChannelTo("Node.Controller[2] Listening for gRPC"),
            ["node.NodeService"] = ChannelTo("node gRPC"),
            ["push.PushService"] = ChannelTo("push gRPC"),
        };
        Controller = new ControllerService.ControllerServiceClient(Channels["controller.ControllerService"]);
        Node = new NodeService.NodeServiceClient(Channels["node.NodeService"]);
        Push = new PushService.PushServiceClient(Channels["push.PushService"]);
    }

    /// <summary>By the service that is served there.</summary>
    public IReadOnlyDictionary<string, GrpcChannel> Channels { get; }

    public ControllerService.ControllerServiceClient Controller { get; }

    public NodeService.NodeServiceClient Node { get; }

    public PushService.PushServiceClient Push { get; }

    public static async Task<StandaloneUnderTest> StartAsync(params (string Name, string Value)[] environment)
    {
        NodeProcessUnderTest process = await NodeProcessUnderTest.StartAsync([("NODE_ID", "node-1"), .. environment]);
        await process.WebAddress;
        return new StandaloneUnderTest(process);
    }

    /// <summary>What the HTTP API answers.</summary>
    public async Task<JsonElement> GetAsync(string path)
    {
        using var http = new HttpClient { BaseAddress = await _process.WebAddress };
        return JsonElement.Parse(await http.GetStringAsync(new Uri(path, UriKind.Relative)));
    }

    public Task<HubClient> ConnectAsync(string user) => HubClient.NamedAsync(_process.EndPoint, user);

    /// <inheritdoc cref="NodeProcessUnderTest.EndAsync"/>
    public Task EndAsync(string signal) => _process.EndAsync(signal);

    /// <summary>Asks until the answer is right: reports are under way for some milliseconds.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Predicate<T> isRight)
    {
        using var patience = new CancellationTokenSource(HubClient.Patience);
        T answer = await ask();
        while (!isRight(answer))
        {
            Assert.False(patience.IsCancellationRequested, $"the last answer was {answer}");
            await Task.Yield();
            answer = await ask();
        }

        return answer;
    }

    /// <summary>The sums of all rooms, or of one, when they are right.</summary>
    public Task<RoomStats> StatsAsync(string room, Predicate<RoomStats> isRight) => UntilAsync(
        async () =>
        {
            try
            {
                return await Controller.GetRoomStatsAsync(new GetRoomStatsRequest { Room = room });
            }
            catch (Grpc.Core.RpcException error) when (error.StatusCode == Grpc.Core.StatusCode.NotFound)
            {
                return new RoomStats();
            }
        },
        isRight);

    public async ValueTask DisposeAsync()
    {
        _channels.ForEach(channel => channel.Dispose());
        await _process.DisposeAsync();
    }

    private GrpcChannel ChannelTo(string line)
    {
        GrpcChannel channel = GrpcChannel.ForAddress(_process.GrpcAddress(line).AbsoluteUri);
        _channels.Add(channel);
        return channel;
    }
}
