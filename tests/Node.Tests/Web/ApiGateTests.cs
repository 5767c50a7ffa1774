using System.Net;
using Node.Web;
using Node.Web.Api;

namespace Node.Tests.Web;

/// <summary>What the API answers when the system behind it does not do what it should.</summary>
public sealed class ApiGateTests
{
    [Theory]
    [InlineData(ControlPlaneFailure.Refused, 400)]
    [InlineData(ControlPlaneFailure.Conflict, 409)]
    [InlineData(ControlPlaneFailure.Busy, 429)]
    [InlineData(ControlPlaneFailure.Broken, 502)]
    [InlineData(ControlPlaneFailure.Away, 503)]
    [InlineData(ControlPlaneFailure.Late, 504)]
    public async Task A_failure_of_the_system_has_its_status_and_words(ControlPlaneFailure failure, int status)
    {
        await using Site site = await Site.StartAsync((_, _) => throw new ControlPlaneException(failure, "pm-1 says no"));
        ApiReply reply = await site.PushAsync();
        Assert.Equal("pm-1 says no", reply.Problem(status).GetProperty("detail").GetString());
        Assert.Equal(status is 429 or 503, reply.Headers.RetryAfter is not null);
    }

    [Fact]
    public async Task A_bug_is_500_and_says_nothing_of_itself()
    {
        await using Site site = await Site.StartAsync((_, _) => throw new InvalidOperationException("a secret of the server"));
        ApiReply reply = await site.PushAsync();
        reply.Problem(500);
        Assert.DoesNotContain("secret", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_system_that_does_not_answer_is_504()
    {
        var never = new TaskCompletionSource<PushResult>();
        await using Site site = await Site.StartAsync((_, _) => never.Task, new WebOptions { Port = 0, ApiTimeout = TimeSpan.FromMilliseconds(50) });
        (await site.PushAsync()).Problem(504);
    }

    [Fact]
    public async Task The_call_is_cancelled_when_its_time_is_over()
    {
        var cancelled = new TaskCompletionSource();
        var never = new TaskCompletionSource<PushResult>();
        await using Site site = await Site.StartAsync(
            (_, cancellation) =>
            {
                cancellation.Register(cancelled.SetResult);
                return never.Task;
            },
            new WebOptions { Port = 0, ApiTimeout = TimeSpan.FromMilliseconds(50) });
        (await site.PushAsync()).Problem(504);
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Beyond_the_bound_requests_are_told_to_come_back()
    {
        var answer = new TaskCompletionSource<PushResult>();
        int running = 0;
        var full = new TaskCompletionSource();
        await using Site site = await Site.StartAsync((_, _) =>
        {
            if (Interlocked.Increment(ref running) == ApiGate.MaxRunning)
            {
                full.SetResult();
            }

            return answer.Task;
        });
        Task<ApiReply>[] pushes = [.. Enumerable.Range(0, ApiGate.MaxRunning).Select(_ => site.PushAsync())];
        await full.Task.WaitAsync(TimeSpan.FromSeconds(20));
        ApiReply refused = await site.PushAsync();
        refused.Problem(429);
        Assert.Equal("1", refused.Headers.RetryAfter?.ToString());
        answer.SetResult(new PushResult());
        Assert.All(await Task.WhenAll(pushes), reply => reply.Good());
        (await site.PushAsync()).Good();
    }

    [Fact]
    public async Task Without_a_system_behind_it_there_is_no_API()
    {
        await using var server = new WebServer(new WebOptions { Port = 0 }, new WebParts { Pages = new PageStore([]) });
        await server.StartAsync();
        using var client = new HttpClient();
        using HttpResponseMessage answer = await client.GetAsync(new Uri($"http://127.0.0.1:{server.Port}/api/rooms"));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    /// <summary>A server over a system that only pushes, as the test says.</summary>
    private sealed class Site(WebServer server) : IAsyncDisposable
    {
        private readonly HttpClient _client = new() { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}") };

        public static async Task<Site> StartAsync(Func<PushRequest, CancellationToken, Task<PushResult>> push, WebOptions? options = null)
        {
            var server = new WebServer(
                options ?? new WebOptions { Port = 0 }, new WebParts { ControlPlane = new FakePlane { Push = push }, Pages = new PageStore([]) });
            await server.StartAsync();
            return new Site(server);
        }

        public async Task<ApiReply> PushAsync()
        {
            using var body = new StringContent("""{"data":1}""", System.Text.Encoding.UTF8, "application/json");
            using HttpResponseMessage answer = await _client.PostAsync(new Uri("/api/broadcast", UriKind.Relative), body);
            return await ApiReply.OfAsync(answer);
        }

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await server.DisposeAsync();
        }
    }
}
