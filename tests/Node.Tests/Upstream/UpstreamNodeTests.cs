using System.Net.Http.Json;
using System.Text.Json;
using Node.Connect;
using Node.Hub;
using Node.Tests.Hub;
using Node.Tests.Messages;
using Node.Tests.Support;

namespace Node.Tests.Upstream;

/// <summary>A node with an application behind it, by each protocol.</summary>
public class UpstreamNodeTests
{
    public static TheoryData<bool> Protocols => [true, false];

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task What_the_node_does_not_know_is_answered_by_the_application(bool grpc)
    {
        await using TestApplication application = await TestApplication.StartAsync(grpc);
        application.OnMessage = seen => seen.What switch
        {
            "order.fail" => new Said("", 1404),
            "order.nothing" => null,
            _ => new Said($"{{\"got\":{seen.Data}}}"),
        };
        await using NodeHost node = await StartAsync(application, "  token: secret-token\n");
        await using HubClient client = await HubClient.NamedAsync(node.EndPoint, "alice");
        Assert.Equal("{\"got\":[1,2]}", (await client.RequestAsync("order.place", data: "[1,2]")).Data);
        Assert.Equal("Bearer secret-token", application.Authorization);

        MessageModel failed = await client.RequestAsync("order.fail", room: "r");
        Assert.Equal((1404u, "said so", "r"), (failed.ErrorCode, failed.ErrorReason, failed.Room));
        MessageModel nothing = await client.RequestAsync("order.nothing");
        Assert.Equal((0u, ""), (nothing.ErrorCode, nothing.Data));
        Assert.Equal("\"x\"", (await client.RequestAsync("ping", data: "\"x\"")).Data);
        Assert.DoesNotContain(application.Items, seen => seen.What == "ping");
        Seen placed = application.Items.First(seen => seen.What == "order.place");
        Assert.Equal(("alice", "[1,2]"), (placed.User, placed.Data));

        // Without a message_id it is nobody's.
        await client.SendTextAsync("{\"data\":1}");
        Assert.Equal(ErrorCode.UnknownRoute, (await client.ReceiveAsync("error")).ErrorCode);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Without_a_seq_only_an_error_is_told(bool grpc)
    {
        await using TestApplication application = await TestApplication.StartAsync(grpc);
        application.OnMessage = seen => seen.What == "bad" ? new Said("", 1000) : new Said("1");
        await using NodeHost node = await StartAsync(application);
        await using HubClient client = await HubClient.NamedAsync(node.EndPoint, "alice");
        await client.SendAsync(HubClient.Of("good"));
        await client.SendAsync(HubClient.Of("bad"));
        Assert.Equal(1000u, (await client.ReceiveAsync("bad")).ErrorCode);

        // Both share a connection, so "good" was settled before.
        Assert.DoesNotContain(await client.DrainAsync(), message => message.MessageId == "good");
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Bytes_of_a_protobuf_client_come_and_go_unchanged(bool grpc)
    {
        await using TestApplication application = await TestApplication.StartAsync(grpc);
        application.OnMessage = _ => new Said("{\"a\":1}");
        await using NodeHost node = await StartAsync(application);
        await using HubClient client = await HubClient.NamedAsync(node.EndPoint, "bob", proto: true);
        MessageModel bytes = HubClient.Of("bytes", data: "\u0001\u00ff") with { Kind = Node.Wire.Messages.DataKind.Binary };
        Assert.Equal("{\"a\":1}", (await client.RequestAsync(bytes)).Data);
        Assert.Equal("\u0001\u00ff", application.Items.First(seen => seen.What == "bytes").Data);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_connections_life_is_told_in_its_order(bool grpc)
    {
        await using TestApplication application = await TestApplication.StartAsync(grpc);
        await using NodeHost node = await StartAsync(application);
        await using HubClient stranger = await HubClient.OpenAsync(node.EndPoint, new HubPeer());
        await stranger.DisposeAsync();
        await using HubClient client = await HubClient.NamedAsync(node.EndPoint, "alice");
        await client.JoinAsync("red");
        await client.RequestAsync("order");
        await client.JoinAsync("blue");
        await client.RequestAsync("leave", "red");
        await client.DisposeAsync();
        (string, string)[] expected = [("connected", ""), ("joined", "red"), ("joined", "blue"), ("left", "red"), ("left", "blue"), ("disconnected", "")];
        foreach ((string, string) next in expected)
        {
            Seen seen = await application.NextEventAsync();
            Assert.Equal(next, (seen.What, seen.Room));
            Assert.Equal("alice", seen.User);
        }

        Seen[] all = [.. application.Items];
        Assert.Equal("order", all[2].What);
        Assert.Single(all.Select(seen => seen.Client).Distinct());
        Assert.Equal(all.Select(seen => seen.Number).Order(), all.Select(seen => seen.Number));
    }

    [Fact]
    public async Task Only_the_events_that_are_wanted_are_told()
    {
        await using TestApplication application = await TestApplication.StartAsync(grpc: true);
        await using NodeHost node = await StartAsync(application, "  events: [joined]\n");
        await using HubClient client = await HubClient.NamedAsync(node.EndPoint, "alice");
        await client.JoinAsync("red");
        await client.RequestAsync("leave", "red");
        await client.RequestAsync("order");
        Assert.Equal(["joined", "order"], application.Items.Select(seen => seen.What));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task What_comes_while_a_call_is_under_way_shares_the_next_one(bool grpc)
    {
        await using TestApplication application = await TestApplication.StartAsync(grpc);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        application.Before = async _ =>
        {
            entered.TrySetResult();
            await go.Task;
            return 200;
        };
        await using NodeHost node = await StartAsync(application, "  events: []\n");
        await using HubClient client = await HubClient.NamedAsync(node.EndPoint, "alice");
        await client.SendAsync(HubClient.Of("first") with { Seq = 1000 });
        await entered.Task.WaitAsync(RawClient.Patience);
        for (ulong i = 1; i <= 30; i++)
        {
            await client.SendAsync(HubClient.Of("more") with { Seq = 1000 + i });
        }

        // The node has them all once it has answered something that came behind them.
        await client.RequestAsync("ping");
        go.SetResult();
        for (ulong i = 0; i <= 30; i++)
        {
            ulong seq = 1000 + i;
            Assert.Equal(0u, (await client.ReceiveAsync(message => message.Seq == seq)).ErrorCode);
        }

        Assert.Equal([1, 30], application.Calls);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task An_application_that_is_late_or_fails_is_asked_again(bool grpc)
    {
        await using TestApplication application = await TestApplication.StartAsync(grpc);
        int calls = 0;
        application.Before = async cancel =>
        {
            int call = Interlocked.Increment(ref calls);
            if (call == 1)
            {
                await new TaskCompletionSource().Task.WaitAsync(cancel);
            }

            return call == 2 ? 503 : 200;
        };
        await using NodeHost node = await StartAsync(application, "  events: []\n  timeout: 200ms\n");
        await using HubClient client = await HubClient.NamedAsync(node.EndPoint, "alice");
        Assert.Equal("7", (await client.RequestAsync("order", data: "7")).Data);
        Assert.Equal(3, calls);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task An_application_that_is_away_costs_nobody_else_and_comes_back(bool grpc)
    {
        TestApplication first = await TestApplication.StartAsync(grpc);
        int port = first.Port;
        await using NodeHost node = await StartAsync(first, "  events: []\n  give_up_after: 300ms\n");
        await first.DisposeAsync();
        await using HubClient client = await HubClient.NamedAsync(node.EndPoint, "alice");
        await client.SendAsync(HubClient.Of("order") with { Seq = 1000 });
        Assert.Equal("1", (await client.RequestAsync("ping", data: "1")).Data);
        MessageModel failed = await client.ReceiveAsync(message => message.Seq == 1000);
        Assert.Equal((ErrorCode.Unavailable, "the application is away"), (failed.ErrorCode, failed.ErrorReason));
        using var http = new HttpClient();
        JsonElement health = await http.GetFromJsonAsync<JsonElement>(new Uri(node.MetricsAddress!, "health"));
        Assert.True(health.GetProperty("ready").GetBoolean());
        Assert.NotEqual("", health.GetProperty("away").GetProperty("upstream").GetString());

        await using TestApplication second = await TestApplication.StartAsync(grpc, port);
        MessageModel reply;
        do
        {
            reply = await client.RequestAsync("order", data: "8");
        }
        while (reply.ErrorCode == ErrorCode.Unavailable);
        Assert.Equal("8", reply.Data);
        health = await http.GetFromJsonAsync<JsonElement>(new Uri(node.MetricsAddress!, "health"));
        Assert.Empty(health.GetProperty("away").EnumerateObject());
        string metrics = await http.GetStringAsync(new Uri(node.MetricsAddress!, "metrics"));
        Assert.Contains("node_upstream_items_total{kind=\"message\",outcome=\"away\"}", metrics, StringComparison.Ordinal);
        Assert.Contains("node_upstream_available 1", metrics, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_refusal_or_nonsense_is_an_internal_error_at_once(bool grpc)
    {
        await using TestApplication application = await TestApplication.StartAsync(grpc);
        await using NodeHost node = await StartAsync(application, "  events: []\n");
        await using HubClient client = await HubClient.NamedAsync(node.EndPoint, "alice");
        int calls = 0;
        application.Before = _ => Task.FromResult(Interlocked.Increment(ref calls) == 1 ? 400 : 200);
        application.Nonsense = "no answer";
        Assert.Equal(ErrorCode.Internal, (await client.RequestAsync("order")).ErrorCode);
        Assert.Equal(ErrorCode.Internal, (await client.RequestAsync("order")).ErrorCode);
        Assert.Equal(2, calls);
        application.Nonsense = null;
        Assert.Equal("1", (await client.RequestAsync("order", data: "1")).Data);
    }

    [Fact]
    public async Task An_answer_larger_than_may_wait_for_a_client_is_an_error()
    {
        await using TestApplication application = await TestApplication.StartAsync(grpc: true);
        application.OnMessage = _ => new Said($"\"{new string('x', 70_000)}\"");
        await using NodeHost node = await StartAsync(application, "queue:\n  max_bytes: 64KiB\n");
        await using HubClient client = await HubClient.NamedAsync(node.EndPoint, "alice");
        Assert.Equal(ErrorCode.TooLarge, (await client.RequestAsync("order")).ErrorCode);
    }

    [Fact]
    public async Task One_connection_has_so_many_messages_waiting_and_the_node_so_many_in_all()
    {
        await using TestApplication application = await TestApplication.StartAsync(grpc: true);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        application.Before = async _ =>
        {
            await go.Task;
            return 200;
        };
        await using NodeHost node = await StartAsync(application, "  events: []\n  max_waiting: 80\n");
        await using HubClient alice = await HubClient.NamedAsync(node.EndPoint, "alice");
        await using HubClient bob = await HubClient.NamedAsync(node.EndPoint, "bob");
        foreach (HubClient client in (HubClient[])[alice, bob])
        {
            for (ulong i = 1; i <= 65; i++)
            {
                await client.SendAsync(HubClient.Of("order") with { Seq = 1000 + i });
            }

            await client.RequestAsync("ping");
        }

        Assert.Equal(ErrorCode.LimitExceeded, (await alice.ReceiveAsync(message => message.Seq == 1065)).ErrorCode);
        Assert.Equal(ErrorCode.Unavailable, (await bob.ReceiveAsync(message => message.Seq == 1065)).ErrorCode);
        go.SetResult();
        Assert.Equal(0u, (await alice.ReceiveAsync(message => message.Seq == 1064)).ErrorCode);
        Assert.Equal(0u, (await bob.ReceiveAsync(message => message.Seq == 1016)).ErrorCode);
        Assert.Equal("1", (await alice.RequestAsync("order", data: "1")).Data);
    }

    [Fact]
    public async Task A_node_that_stops_tells_the_last_events()
    {
        await using TestApplication application = await TestApplication.StartAsync(grpc: false);
        NodeHost node = await StartAsync(application);
        await using HubClient client = await HubClient.NamedAsync(node.EndPoint, "alice");
        await client.JoinAsync("red");
        Task stopped = node.StopAsync("the test is over");
        await client.ReceiveCloseAsync();
        await client.DisposeAsync();
        await stopped;
        await node.DisposeAsync();
        Assert.Equal(["connected", "joined", "left", "disconnected"], application.Items.Select(seen => seen.What));
    }

    private static async Task<NodeHost> StartAsync(TestApplication application, string more = "")
    {
        NodeHost node = NodeHost.FromYaml(
            "node:\n  id: n1\n  http_port: 0\n  loops: 2\nmetrics:\n  port: 0\nlog:\n  level: error\nmessages:\n  max_bytes: 64KiB\n"
            + $"upstream:\n  url: \"{application.Url}\"\n{more}");
        await node.StartAsync();
        return node;
    }
}
