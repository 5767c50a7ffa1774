using System.Collections.Concurrent;
using Node.Hub;
using Node.Tests.Messages;

namespace Node.Tests.Hub;

/// <summary>An application's own routes.</summary>
public class HandlerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_handler_answers_once_whatever_it_does(int loops)
    {
        using var server = new HubServer(loops, map: hub =>
        {
            hub.Map("silent", (ref request) => { });
            hub.Map("twice", (ref request) =>
            {
                request.Reply("first");
                request.Reply("second");
                request.Fail(ErrorCode.BadRequest, "third");
                request.Echo();
            });
            hub.Map("throws", (ref request) =>
            {
                request.Reply("before");
                throw new InvalidOperationException();
            });
            hub.MapAsync("later", async request =>
            {
                request.Reply("first");
                await Task.Yield();
                request.Reply("second");
                throw new InvalidOperationException();
            });
            hub.MapAsync("nothing", _ => Task.CompletedTask);
        });
        await using HubClient client = await HubClient.NamedAsync(server, "alice");
        Assert.Equal("", (await client.RequestAsync("silent")).Data);
        Assert.Equal("\"first\"", (await client.RequestAsync("twice")).Data);
        Assert.Equal("\"before\"", (await client.RequestAsync("throws")).Data);
        Assert.Equal("\"first\"", (await client.RequestAsync("later")).Data);
        Assert.Equal("", (await client.RequestAsync("nothing")).Data);
        await server.UntilAsync(() => server.Faults.Count == 2);
        Assert.Empty(await client.DrainAsync());
    }

    [Fact]
    public async Task A_handler_sees_what_was_sent()
    {
        using var server = new HubServer(map: hub =>
        {
            hub.Map("sync", (ref request) => request.Reply(Payload.Json(
                new { request.MessageId, request.Room, request.Target, request.Channel.User, Text = request.Read<string>(), request.Data.Length })));
            hub.MapAsync("async", async request =>
            {
                await Task.Yield();
                request.Reply(Payload.Json(
                    new { request.MessageId, request.Room, request.Target, request.Channel.User, Text = request.Read<string>(), request.Data.Length }));
            });
            hub.Map("bytes", (ref request) => request.Reply(Payload.Binary(new byte[] { 0xFF })));
            hub.Map("raw", (ref request) => request.Reply(Payload.RawJson("[1]"u8.ToArray())));
        });
        await using HubClient client = await HubClient.NamedAsync(server, "alice");
        foreach (string route in new[] { "sync", "async" })
        {
            MessageModel reply = await client.RequestAsync(HubClient.Of(route, "lobby", "\"hi\"") with { User = "bob" });
            Assert.Equal(
                $"{{\"messageId\":\"{route}\",\"room\":\"lobby\",\"target\":\"bob\",\"user\":\"alice\",\"text\":\"hi\",\"length\":4}}", reply.Data);
            Assert.Equal("lobby", reply.Room);
        }

        Assert.Equal("\u00ff", (await client.RequestAsync("bytes")).Data);
        Assert.Equal("[1]", (await client.RequestAsync("raw")).Data);
        Assert.ThrowsAny<System.Text.Json.JsonException>(() => Payload.RawJson("[1] 2"u8.ToArray()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task An_asynchronous_handler_comes_back_to_the_loop_and_may_answer_from_elsewhere(int loops)
    {
        var threads = new ConcurrentQueue<bool>();
        using var server = new HubServer(loops, map: hub =>
        {
            hub.MapAsync("home", async request =>
            {
                await Task.Run(() => { });
                threads.Enqueue(hub.Buckets.Any(bucket => bucket.Loop.IsOnLoop));
            });
            hub.MapAsync("away", async request =>
            {
                await Task.Run(() => { }).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                threads.Enqueue(hub.Buckets.Any(bucket => bucket.Loop.IsOnLoop));
                request.Reply("from a pool thread");
            });
            hub.MapAsync("fail", async request =>
            {
                await Task.Run(() => { }).ConfigureAwait(false);
                request.Fail(1234, "from a pool thread");
            });
        });
        await using HubClient client = await HubClient.NamedAsync(server, "alice");
        await client.RequestAsync("home");
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal("\"from a pool thread\"", (await client.RequestAsync("away")).Data);
            Assert.Equal(1234u, (await client.RequestAsync("fail")).ErrorCode);
        }

        Assert.True(threads.First());
        Assert.DoesNotContain(true, threads.Skip(1));
        Assert.Empty(server.Faults);
    }

    [Fact]
    public async Task A_reply_to_somebody_who_has_gone_is_lost_without_harm()
    {
        var release = new TaskCompletionSource();
        using var server = new HubServer(map: hub => hub.MapAsync("wait", async request =>
        {
            await release.Task;
            request.Reply("gone");
        }));
        HubClient client = await HubClient.NamedAsync(server, "alice");
        await client.JoinAsync("lobby");
        await client.SendAsync(HubClient.Of("wait") with { Seq = 1 });
        await client.DrainAsync();
        client.Abort();
        await server.AssertEmptyAsync();
        release.SetResult();
        await server.TurnAsync();
        await server.TurnAsync();
        Assert.Empty(server.Faults);
    }

    [Fact]
    public void Routes_are_named_once_and_before_the_start()
    {
        using var hub = new Node.Hub.Hub(new HubOptions());
        hub.Map("mine", (ref request) => { });
        Assert.Throws<ArgumentException>(() => hub.Map("mine", (ref request) => { }));
        Assert.Throws<ArgumentException>(() => hub.Map("join", (ref request) => { }));
        Assert.Throws<ArgumentException>(() => hub.Map("", (ref request) => { }));
        Assert.Throws<ArgumentException>(() => hub.Map(new string('x', 65), (ref request) => { }));
        hub.Start([]);
        Assert.Throws<InvalidOperationException>(() => hub.Map("late", (ref request) => { }));
    }
}
