using System.Text.Json;
using Grpc.Core;
using Node.Protocol.Push;
using Node.Web;
using Node.Web.Managers;
using Node.Web.Settings;

namespace Node.Tests.Web;

/// <summary>The API over managers: real calls, to managers that answer as the test says.</summary>
public sealed class ManagerPlaneTests : IAsyncLifetime
{
    private readonly FakePushManager _push = new();
    private readonly FakePushManager _second = new();
    private readonly FakeController _controller = new();
    private readonly List<IAsyncDisposable> _parts = [];
    private ManagerServer _pushServer = null!;
    private ManagerServer _controllerServer = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _pushServer = await ManagerServer.StartAsync(_push);
        ManagerServer second = await ManagerServer.StartAsync(_second);
        _controllerServer = await ManagerServer.StartAsync(_controller);
        _parts.AddRange([_pushServer, second, _controllerServer]);
        await ServeAsync(new ManagersSection
        {
            Push = [_pushServer.Address, second.Address], Controllers = [_controllerServer.Address], Token = ManagerServer.Token,
        });
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        foreach (IAsyncDisposable part in Enumerable.Reverse(_parts))
        {
            await part.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_push_says_everything_to_the_manager_and_brings_its_answer_back()
    {
        JsonElement result = (await PostAsync(
            "/api/push/room/lobby", """{"data":{"a": 1},"user":"shop","idempotency_key":"k"}""")).Good();
        Assert.Equal("""{"nodes":2,"connections":5,"unknown":["x"],"failed_nodes":["node-3"],"repeated":true}""", result.GetRawText());
        await PostAsync("/api/push/user/alice", """{"data":1,"message_id":"note","idempotency_key":"k2"}""");
        _push.Answer = _ => Task.FromResult(new PushResponse { Offset = 9, Epoch = "e" });
        Assert.Equal(9, (await PostAsync("/api/broadcast", """{"data":2,"idempotency_key":"k3"}""")).Good().GetProperty("offset").GetInt32());
        Assert.Equal(
            [("room", "lobby", """{"a": 1}""", "shop", "", "k"), ("user", "alice", "1", "", "note", "k2"), ("everybody", "", "2", "", "", "k3")],
            _push.Pushes.Select(push => (push.Method, push.Target, push.Payload.Data.ToStringUtf8(), push.Payload.User, push.Payload.MessageId, push.Key)));
        Assert.All(_push.Pushes, push => Assert.Equal(Payload.Types.Kind.Json, push.Payload.Kind));
    }

    [Fact]
    public async Task The_next_manager_is_asked_with_the_same_key_when_one_is_away()
    {
        // It has pushed, and dies before it says so.
        _push.Answer = _ => throw new RpcException(new Status(StatusCode.Unavailable, "gone"));
        JsonElement result = (await PostAsync("/api/broadcast", """{"data":1}""")).Good();
        string key = Assert.Single(_push.Pushes).Key;
        Assert.NotEmpty(key);
        Assert.Equal(key, Assert.Single(_second.Pushes).Key);

        // The caller named no key, so what the key did is none of its business.
        Assert.False(result.GetProperty("repeated").GetBoolean());

        // From now on that one is asked first; and every push has a key of its own.
        await PostAsync("/api/broadcast", """{"data":1}""");
        Assert.Single(_push.Pushes);
        Assert.Equal(2, _second.Pushes.Select(push => push.Key).Distinct().Count());
    }

    [Fact]
    public async Task A_manager_whose_process_is_gone_is_passed_over_and_none_at_all_is_503()
    {
        await _pushServer.DisposeAsync();
        (await PostAsync("/api/broadcast", """{"data":1}""")).Good();
        foreach (IAsyncDisposable part in _parts.OfType<ManagerServer>())
        {
            await part.DisposeAsync();
        }

        Assert.Contains("push-manager", (await PostAsync("/api/broadcast", """{"data":1}""")).Problem(503).GetProperty("detail").GetString(), StringComparison.Ordinal);
        (await GetAsync("/api/rooms")).Problem(503);
        JsonElement health = (await GetAsync("/api/health")).Good();
        Assert.Equal("degraded", health.GetProperty("status").GetString());
        Assert.All(health.GetProperty("parts").EnumerateArray(), part => Assert.Equal("away", part.GetProperty("state").GetString()));
    }

    [Theory]
    [InlineData(StatusCode.InvalidArgument, 400)]
    [InlineData(StatusCode.OutOfRange, 400)]
    [InlineData(StatusCode.NotFound, 400)]
    [InlineData(StatusCode.FailedPrecondition, 409)]
    [InlineData(StatusCode.Aborted, 409)]
    [InlineData(StatusCode.AlreadyExists, 409)]
    [InlineData(StatusCode.ResourceExhausted, 429)]
    [InlineData(StatusCode.Unauthenticated, 502)]
    [InlineData(StatusCode.PermissionDenied, 502)]
    [InlineData(StatusCode.Internal, 502)]
    [InlineData(StatusCode.Unimplemented, 502)]
    [InlineData(StatusCode.Unknown, 502)]
    [InlineData(StatusCode.DataLoss, 502)]
    [InlineData(StatusCode.DeadlineExceeded, 504)]
    public async Task A_status_of_a_manager_has_its_HTTP_status(StatusCode code, int status)
    {
        _push.Answer = _ => throw new RpcException(new Status(code, "the words of the manager"));
        ApiReply reply = await PostAsync("/api/broadcast", """{"data":1}""");
        string detail = reply.Problem(status).GetProperty("detail").GetString()!;
        Assert.Equal(status is 400 or 409 or 429, detail.Contains("the words of the manager", StringComparison.Ordinal));
        Assert.Empty(_second.Pushes);
    }

    [Fact]
    public async Task The_deadline_travels_to_the_manager()
    {
        DateTime deadline = default;
        _push.Answer = context =>
        {
            deadline = context.Deadline;
            return Task.FromResult(new PushResponse());
        };
        await PostAsync("/api/broadcast", """{"data":1}""");
        Assert.InRange(deadline, DateTime.UtcNow, DateTime.UtcNow.AddSeconds(11));
    }

    [Fact]
    public async Task Queries_go_to_the_controller()
    {
        Assert.Equal(
            """{"rooms":[{"room":"lo||7","members":3,"user_count":2}],"next":"lobby"}""",
            (await GetAsync("/api/rooms?prefix=lo&limit=7")).Good().GetRawText());
        Assert.Equal(
            """{"rooms":[{"room":"|lobby|100","members":3,"user_count":2}]}""", (await GetAsync("/api/rooms?after=lobby")).Good().GetRawText());
        Assert.Equal(
            """{"room":"lobby","members":3,"user_count":2,"users":["alice","bob"],"nodes":{"node-1":3},"metadata":{"topic":"all"},"since_ms":9}""",
            (await GetAsync("/api/rooms/lobby")).Good().GetRawText());
        Assert.Equal(
            """{"user":"alice","connections":[{"node":"node-1","client":"node-1-4","generation":4,"rooms":["lobby"],"since_ms":9}]}""",
            (await GetAsync("/api/users/alice")).Good().GetRawText());
        (await GetAsync("/api/rooms/nowhere")).Problem(404);
        (await GetAsync("/api/users/nobody")).Problem(404);
        Assert.Equal("""{"nodes":2,"connections":930,"users":11,"rooms":1,"members":3}""", (await GetAsync("/api/stats")).Good().GetRawText());
        JsonElement[] nodes = [.. (await GetAsync("/api/nodes")).Good().GetProperty("nodes").EnumerateArray()];
        Assert.Equal(
            """{"node":"node-1","state":"ready","connections":900,"users":8,"incarnation":17,"client_url":"ws://one.example/ws","version":"1","since_ms":5}""",
            nodes[0].GetRawText());
        Assert.Equal("""{"node":"node-3","state":"lost","connections":0,"users":0,"incarnation":0}""", nodes[2].GetRawText());
    }

    [Fact]
    public async Task A_kick_goes_through_the_push_manager()
    {
        Assert.Equal("""{"connections":3}""", (await PostAsync("/api/kick", """{"user":"alice","client":"node-1-4","reason":"enough"}""")).Good().GetRawText());
        KickRequest kick = Assert.Single(_push.Kicks);
        Assert.Equal(("alice", "node-1-4", 3502u, "enough"), (kick.User, kick.Client, kick.Code, kick.Reason));
    }

    [Fact]
    public async Task Health_names_the_part_that_is_behind_or_away()
    {
        JsonElement health = (await GetAsync("/api/health")).Good();
        Assert.Equal(
            [("controller-manager", "ok", "leads"), ("store", "ok", ""), ("store", "behind", "7 changes wait, 9 s behind"), ("push-manager", "ok", ""), ("push-manager", "ok", "")],
            health.GetProperty("parts").EnumerateArray().Select(part => (
                part.GetProperty("role").GetString()!, part.GetProperty("state").GetString()!, part.GetProperty("detail").GetString()!)));
        Assert.Equal("degraded", health.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Clients_are_sent_to_the_least_loaded_ready_node_also_while_the_controller_is_away()
    {
        const string Best = """{"url":"ws://two.example/ws","fallbacks":["ws://one.example/ws"]}""";
        Assert.Equal(Best, (await GetAsync("/api/connect-info")).Good().GetRawText());
        await _controllerServer.DisposeAsync();
        Assert.Equal(Best, (await GetAsync("/api/connect-info")).Good().GetRawText());
    }

    [Fact]
    public async Task A_wrong_token_for_the_managers_is_502_and_says_so()
    {
        await ServeAsync(new ManagersSection { Push = [_pushServer.Address], Controllers = [_controllerServer.Address], Token = "another" });
        Assert.Contains("token", (await PostAsync("/api/broadcast", """{"data":1}""")).Problem(502).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(_push.Pushes);
    }

    private async Task ServeAsync(ManagersSection managers)
    {
        var options = new WebOptions { Port = 0 };
        var connections = new ManagerConnections(managers, options.ApiTimeout, TimeProvider.System);
        var server = new WebServer(options, new WebParts
        {
            ControlPlane = connections.ControlPlane,
            Nodes = new ControllerNodes(connections.ControlPlane, TimeProvider.System),
            Pages = new PageStore([]),
        });
        await server.StartAsync();
        _parts.Add(server);
        _client?.Dispose();
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}") };
    }

    private async Task<ApiReply> GetAsync(string path)
    {
        using HttpResponseMessage answer = await _client.GetAsync(new Uri(path, UriKind.Relative));
        return await ApiReply.OfAsync(answer);
    }

    private async Task<ApiReply> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await _client.PostAsync(new Uri(path, UriKind.Relative), content);
        return await ApiReply.OfAsync(answer);
    }
}
