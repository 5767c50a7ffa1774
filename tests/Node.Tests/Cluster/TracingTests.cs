using System.Diagnostics;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Node.Host.Settings;
using Node.Host.Traces;
using Node.Protocol.Push;
using Node.Rpc;
using Node.Tests.Hub;
using Node.Tests.Messages;

namespace Node.Tests.Cluster;

/// <summary>Traces over nodes and push-managers.</summary>
public sealed class TracingTests
{
    [Fact]
    public async Task A_clients_publish_is_one_trace_over_its_node_the_manager_and_every_node_that_delivers()
    {
        using var spans = new RecordedSpans("Node.Connect", "Node.Push");
        await using TestCluster cluster = await TestCluster.StartAsync(nodes: 2, managers: 1);
        await using HubClient alice = await HubClient.NamedAsync(cluster.Nodes[0].Server, "alice");
        await using HubClient bob = await HubClient.NamedAsync(cluster.Nodes[1].Server, "bob");
        await alice.JoinAsync("traced");
        await bob.JoinAsync("traced");
        await alice.SendTextAsync(
            $"{{\"message_id\":\"publish\",\"seq\":99,\"room\":\"traced\",\"data\":1,\"traceparent\":\"{spans.Traceparent}\"}}");
        MessageModel answer = await alice.ReceiveAsync(message => message.Seq == 99);
        Assert.Equal(1UL, answer.Offset);
        await bob.ReceiveAsync("publish");

        Activity publish = Assert.Single(spans.Of("publish"));
        Assert.Equal(spans.Client.SpanId, publish.ParentSpanId);
        Activity push = Assert.Single(spans.Of("push"));
        Assert.Equal(publish.SpanId, push.ParentSpanId);
        Assert.Equal(2UL, push.GetTagItem("node.connections"));
        List<Activity> deliver = spans.Of("deliver");
        Assert.Equal(2, deliver.Count);
        Assert.All(deliver, span => Assert.Equal(push.SpanId, span.ParentSpanId));
    }

    [Fact]
    public async Task An_applications_push_goes_on_with_the_trace_of_its_call_and_each_step_has_one_span()
    {
        using var spans = new RecordedSpans("Node.Connect", "Node.Push", "System.Net.Http", "Microsoft.AspNetCore");
        await using TestCluster cluster = await TestCluster.StartAsync(nodes: 1, managers: 1);
        await using HubClient alice = await HubClient.NamedAsync(cluster.Nodes[0].Server, "alice");
        // A join is answered once the one manager knows her: she is linked before the room is.
        await alice.JoinAsync("lobby");
        using GrpcChannel channel = GrpcChannel.ForAddress($"http://127.0.0.1:{cluster.Managers[0].Manager.Port}");
        using (Activity application = new Activity("application").SetParentId(spans.Client.TraceId, spans.Client.SpanId, ActivityTraceFlags.Recorded))
        {
            application.Start();
            await new PushService.PushServiceClient(channel).PushToUserAsync(
                new PushToUserRequest { User = "alice", Payload = new Payload { Data = ByteString.CopyFromUtf8("1") } });
        }

        await alice.ReceiveAsync("direct");
        List<Activity> all = spans.All;
        Assert.Equal(["System.Net.Http", "Microsoft.AspNetCore", "Node.Push", "Node.Connect"], all.Select(span => span.Source.Name));
        Assert.All(all.Zip(all.Skip(1)), pair => Assert.Equal(pair.First.SpanId, pair.Second.ParentSpanId));
        Assert.Equal("/push.PushService/PushToUser", all[1].DisplayName);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"traceparent\":\"\"")]
    [InlineData(",\"traceparent\":17")]
    [InlineData(",\"traceparent\":\"00-zz\"")]
    [InlineData(",\"traceparent\":\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00\"")]
    public async Task What_is_not_sampled_has_no_spans_and_its_answer_all_the_same(string traceparent)
    {
        using var spans = new RecordedSpans("Node.Connect", "Node.Push");
        await using TestCluster cluster = await TestCluster.StartAsync(nodes: 1, managers: 1);
        await using HubClient alice = await HubClient.NamedAsync(cluster.Nodes[0].Server, "alice");
        await alice.JoinAsync("untraced");
        await alice.SendTextAsync($"{{\"message_id\":\"publish\",\"seq\":99,\"room\":\"untraced\"{traceparent}}}");
        Assert.Equal(1UL, (await alice.ReceiveAsync(message => message.Seq == 99)).Offset);
        Assert.Empty(spans.To("untraced"));
    }

    [Fact]
    public async Task Spans_reach_a_collector_with_the_name_of_their_process()
    {
        var received = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using WebApplication collector = builder.Build();
        collector.Urls.Add("http://127.0.0.1:0");
        collector.MapPost("/v1/traces", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            received.TrySetResult(Encoding.Latin1.GetString(body.ToArray()));
        });
        await collector.StartAsync();
        var settings = new TracingSection { Endpoint = collector.Urls.First(), SampleRatio = 1, Protocol = TracingProtocol.Http };
        using var source = new ActivitySource("Node.Tests.Collector");
        using (Tracing.Start(settings, "push-manager", "manager-7"))
        {
            source.StartActivity("step-of-a-test")!.Dispose();
            using Activity? own = source.StartActivity("call-of-its-own", ActivityKind.Client);
            Assert.False(own?.Recorded);
        }

        string spans = await received.Task.WaitAsync(HubClient.Patience);
        Assert.All(["push-manager", "manager-7", "step-of-a-test"], text => Assert.Contains(text, spans, StringComparison.Ordinal));
        Assert.DoesNotContain("call-of-its-own", spans, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_collector_nothing_listens()
    {
        using var source = new ActivitySource("Node.Tests.Nobody");
        Assert.Null(Tracing.Start(new TracingSection(), "push-manager", "manager-7"));
        Assert.False(source.HasListeners());
        Assert.Empty(new TracingSection { Endpoint = "https://collector:4317" }.Violations());
        Assert.Single(new TracingSection { Endpoint = "collector:4317" }.Violations());
    }
}
