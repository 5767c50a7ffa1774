using Node.Hub;
using Node.Hub.Auth;
using Node.Tests.Auth;
using Node.Tests.Messages;
using Node.Transport;

namespace Node.Tests.Hub;

/// <summary>Each error code of protocol/codes.md, in its reply.</summary>
public class ErrorCodeTests
{
    [Fact]
    public async Task Code_100_a_handler_failed_and_the_log_has_it()
    {
        using var server = new HubServer(map: hub =>
        {
            hub.Map("fails", (ref request) => throw new InvalidOperationException("sync"));
            hub.MapAsync("later", async request =>
            {
                await Task.Yield();
                throw new InvalidOperationException("async");
            });
            hub.MapAsync("times", request => throw new TimeoutException("its own"));
        });
        await using HubClient client = await HubClient.NamedAsync(server, "alice");
        Assert.Equal(ErrorCode.Internal, (await client.RequestAsync("fails")).ErrorCode);
        Assert.Equal(ErrorCode.Internal, (await client.RequestAsync("later")).ErrorCode);
        Assert.Equal(ErrorCode.Internal, (await client.RequestAsync("times")).ErrorCode);
        Assert.Equal(["fails sync", "later async", "times its own"], server.Faults.Select(fault => $"{fault.Where} {fault.Exception.Message}"));
        Assert.Equal(3, server.Hub.Buckets.Sum(bucket => bucket.Counters.HandlerFaults));
    }

    [Fact]
    public async Task Codes_101_and_109_a_token_is_refused_or_expired()
    {
        using var mint = new TokenMint();
        using var server = new HubServer(options: Tokens(mint), time: new FixedTime(TokenMint.Now));
        await using HubClient refused = await HubClient.OpenAsync(server, new HubPeer());
        Assert.Equal(ErrorCode.Unauthorized, (await refused.RequestAsync("connect", data: "{\"token\":\"a.b.c\"}")).ErrorCode);
        Assert.Equal(3500, await refused.ReceiveCloseAsync());

        string old = mint.Hs256(TokenMint.Claims(("exp", TokenMint.Now.AddHours(-1).ToUnixTimeSeconds())));
        await using HubClient expired = await HubClient.OpenAsync(server, new HubPeer());
        Assert.Equal(ErrorCode.TokenExpired, (await expired.RequestAsync("connect", data: $"{{\"token\":\"{old}\"}}")).ErrorCode);
        Assert.Equal(3006, await expired.ReceiveCloseAsync());
    }

    [Fact]
    public async Task Code_102_nobody_handles_it()
    {
        using var server = new HubServer();
        await using HubClient client = await HubClient.NamedAsync(server, "alice");
        Assert.Equal(ErrorCode.UnknownRoute, (await client.RequestAsync("shrug")).ErrorCode);
        await client.SendAsync(HubClient.Of("shrug"));
        Assert.Equal(ErrorCode.UnknownRoute, (await client.ReceiveAsync("shrug")).ErrorCode);
        foreach (string nothing in new[] { "{}", "{\"message_id\":\"\"}" })
        {
            await client.SendTextAsync(nothing);
            Assert.Equal(ErrorCode.UnknownRoute, (await client.ReceiveAsync("error")).ErrorCode);
        }

        await client.SendTextAsync("{\"seq\":99}");
        Assert.Equal("error", (await client.ReceiveAsync(message => message.Seq == 99)).MessageId);
    }

    [Fact]
    public async Task Code_103_the_token_does_not_allow_it()
    {
        using var mint = new TokenMint();
        using var server = new HubServer(options: Tokens(mint), time: new FixedTime(TokenMint.Now));
        string token = mint.Hs256(TokenMint.Claims(("join", new[] { "news*" }), ("publish", new[] { "news-in" })));
        await using HubClient client = await HubClient.OpenAsync(server, new HubPeer($"/ws?token={token}"));
        Assert.Equal("alice", (await client.ReceiveAsync("connect")).User);
        Assert.Equal(ErrorCode.PermissionDenied, (await client.RequestAsync("join", "lobby")).ErrorCode);
        await client.JoinAsync("news-in");
        await client.JoinAsync("news-out");
        Assert.Equal(0u, (await client.RequestAsync("publish", "news-in")).ErrorCode);
        Assert.Equal(ErrorCode.PermissionDenied, (await client.RequestAsync("publish", "news-out")).ErrorCode);
    }

    [Theory]
    [InlineData("leave")]
    [InlineData("publish")]
    [InlineData("history")]
    [InlineData("presence")]
    public async Task Code_104_not_a_member(string route)
    {
        using var server = new HubServer();
        await using HubClient member = await HubClient.NamedAsync(server, "bob");
        await member.JoinAsync("lobby");
        await using HubClient client = await HubClient.NamedAsync(server, "alice");
        Assert.Equal(ErrorCode.NotAMember, (await client.RequestAsync(route, "lobby")).ErrorCode);
        Assert.Equal(ErrorCode.BadRequest, (await client.RequestAsync(route)).ErrorCode);
    }

    [Fact]
    public async Task Code_106_too_many_rooms_or_requests()
    {
        var gate = new TaskCompletionSource();
        using var server = new HubServer(
            options: new HubOptions { MaxRoomsPerConnection = 2, MaxPendingRequests = 1 },
            map: hub => hub.MapAsync("wait", _ => gate.Task));
        await using HubClient client = await HubClient.NamedAsync(server, "alice");
        await client.JoinAsync("one");
        await client.JoinAsync("two");
        Assert.Equal(ErrorCode.LimitExceeded, (await client.RequestAsync("join", "three")).ErrorCode);
        await client.JoinAsync("two");
        await client.RequestAsync("leave", "one");
        await client.JoinAsync("three");

        await client.SendAsync(HubClient.Of("wait") with { Seq = 100 });
        Assert.Equal(ErrorCode.LimitExceeded, (await client.RequestAsync("wait")).ErrorCode);
        gate.SetResult();
        await client.ReceiveAsync(message => message.Seq == 100);
        Assert.Equal(0u, (await client.RequestAsync("wait")).ErrorCode);
    }

    [Fact]
    public async Task Code_107_a_field_is_missing_too_long_or_wrong()
    {
        using var server = new HubServer(map: hub =>
        {
            hub.Map("number", (ref request) => request.Reply(Payload.Json(request.Read<int>())));
            hub.MapAsync("later", async request =>
            {
                await Task.Yield();
                request.Reply(Payload.Json(request.Read<int>()));
            });
            hub.Map("text", (ref request) => request.Reply(request.Read<string>()));
            hub.MapAsync("text later", async request =>
            {
                await Task.Yield();
                request.Reply(request.Read<string>());
            });
        });
        await using HubClient client = await HubClient.NamedAsync(server, "alice");
        Assert.Equal(ErrorCode.BadRequest, (await client.RequestAsync("join")).ErrorCode);
        Assert.Equal(ErrorCode.BadRequest, (await client.RequestAsync("direct")).ErrorCode);
        Assert.Equal(ErrorCode.BadRequest, (await client.RequestAsync("join", new string('r', 129))).ErrorCode);
        Assert.Equal(ErrorCode.BadRequest, (await client.RequestAsync("join", "bell\u0007")).ErrorCode);
        foreach (string route in new[] { "number", "later" })
        {
            Assert.Equal("7", (await client.RequestAsync(route, data: "7")).Data);
            Assert.Equal(ErrorCode.BadRequest, (await client.RequestAsync(route, data: "\"seven\"")).ErrorCode);
        }

        foreach (string route in new[] { "text", "text later" })
        {
            Assert.Equal("\"hi\"", (await client.RequestAsync(route, data: "\"hi\"")).Data);
            Assert.Equal(ErrorCode.BadRequest, (await client.RequestAsync(route, data: "null")).ErrorCode);
            Assert.Equal(ErrorCode.BadRequest, (await client.RequestAsync(route)).ErrorCode);
        }

        await using HubClient nameless = await HubClient.OpenAsync(server, new HubPeer());
        Assert.Equal(ErrorCode.BadRequest, (await nameless.RequestAsync("connect")).ErrorCode);
        await client.SendAsync(HubClient.Of(new string('m', 65)) with { Seq = 9 });
        Assert.Equal(("error", ErrorCode.BadRequest), await client.ReceiveAsync(message => message.Seq == 9) is var bad ? (bad.MessageId, bad.ErrorCode) : default);
        Assert.Empty(server.Faults);
    }

    [Fact]
    public async Task Code_112_a_handler_takes_too_long()
    {
        CancellationToken seen = default;
        Channel? channel = null;
        var release = new TaskCompletionSource();
        using var server = new HubServer(
            options: new HubOptions { HandlerTimeout = 50, MaxPendingRequests = 1 },
            map: hub => hub.MapAsync("slow", async request =>
            {
                (seen, channel) = (request.Cancellation, request.Channel);
                await release.Task;
                request.Reply("too late");
            }));
        await using HubClient client = await HubClient.NamedAsync(server, "alice");
        Assert.Equal(ErrorCode.Timeout, (await client.RequestAsync("slow")).ErrorCode);
        await server.UntilAsync(() => seen.IsCancellationRequested);

        // It still works, so it still counts: a handler that hangs must not be started again and again.
        Assert.Equal(ErrorCode.LimitExceeded, (await client.RequestAsync("slow")).ErrorCode);
        release.SetResult();
        await server.UntilAsync(() => channel!.RequestsPending == 0);
        Assert.Empty(await client.DrainAsync());
    }

    [Fact]
    public async Task Code_113_data_that_the_rooms_queues_could_never_hold()
    {
        using var server = new HubServer(options: new HubOptions
        {
            RoomPolicies = [new RoomPolicy("small", new SendPolicy(Overflow.LatestOnly, 1000))],
            Queue = new SendPolicy(Overflow.Close, 2000),
        });
        await using HubClient client = await HubClient.NamedAsync(server, "alice");
        await client.JoinAsync("small");
        await client.JoinAsync("large");
        string data = "\"" + new string('x', 1500) + "\"";
        Assert.Equal(ErrorCode.TooLarge, (await client.RequestAsync("publish", "small", data)).ErrorCode);
        Assert.Equal(1UL, (await client.RequestAsync("publish", "large", data)).Offset);
        MessageModel direct = HubClient.Of("direct", data: data) with { User = "alice" };
        Assert.Equal(0u, (await client.RequestAsync(direct)).ErrorCode);
        MessageModel more = direct with { Data = "\"" + new string('x', 2500) + "\"" };
        Assert.Equal(ErrorCode.TooLarge, (await client.RequestAsync(more)).ErrorCode);
    }

    internal static HubOptions Tokens(TokenMint mint)
    {
        var auth = new AuthOptions { Enabled = true, Secret = mint.Secret, ClockSkew = TimeSpan.Zero };
        Assert.True(TokenValidator.TryCreate(auth, new FixedTime(TokenMint.Now), out TokenValidator? validator, out _));
        return new HubOptions { Tokens = validator };
    }
}

/// <summary>A wall clock that stands.</summary>
internal sealed class FixedTime(DateTimeOffset now) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => now;
}
