using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Node.Web;

namespace Node.Tests.Web;

public sealed class WebServerTests
{
    private static readonly PageStore Pages = new(
    [
        KeyValuePair.Create("chat.html", "<!doctype html><title>Chat</title>"u8.ToArray()),
        KeyValuePair.Create("assets/chat-1A2B.js", "export {};"u8.ToArray()),
        KeyValuePair.Create("assets/chat-1A2B.css", "b{}"u8.ToArray()),
        KeyValuePair.Create("favicon.svg", "<svg/>"u8.ToArray()),
        KeyValuePair.Create("notes.bin", "x"u8.ToArray()),
    ]);

    [Fact]
    public async Task The_root_leads_to_the_chat_and_keeps_the_query()
    {
        await using Site site = await Site.StartAsync();
        using HttpResponseMessage answer = await site.GetAsync("/?user=alice&room=lobby");
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("/chat.html?user=alice&room=lobby", answer.Headers.Location?.ToString());
    }

    [Theory]
    [InlineData("/chat.html", "text/html; charset=utf-8", "no-cache")]
    [InlineData("/favicon.svg", "image/svg+xml", "no-cache")]
    [InlineData("/notes.bin", "application/octet-stream", "no-cache")]
    [InlineData("/assets/chat-1A2B.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable")]
    [InlineData("/assets/chat-1A2B.css", "text/css; charset=utf-8", "public, max-age=31536000, immutable")]
    public async Task A_page_has_its_type_and_its_caching(string path, string type, string caching)
    {
        await using Site site = await Site.StartAsync();
        using HttpResponseMessage answer = await site.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(CacheControlHeaderValue.Parse(caching), answer.Headers.CacheControl);
    }

    [Fact]
    public async Task A_page_that_has_not_changed_is_not_sent_again()
    {
        await using Site site = await Site.StartAsync();
        using HttpResponseMessage first = await site.GetAsync("/chat.html");
        using var again = new HttpRequestMessage(HttpMethod.Get, "/chat.html");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using HttpResponseMessage second = await site.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Empty(await second.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task HEAD_answers_like_GET_without_the_body()
    {
        await using Site site = await Site.StartAsync();
        using var head = new HttpRequestMessage(HttpMethod.Head, "/chat.html");
        using HttpResponseMessage answer = await site.SendAsync(head);
        Assert.Equal(34, answer.Content.Headers.ContentLength);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("/chat.html")]
    [InlineData("/health")]
    [InlineData("/nothing-here")]
    public async Task Every_answer_carries_the_security_headers_and_none_opens_it_to_other_sites(string path)
    {
        await using Site site = await Site.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Origin", "https://elsewhere.example");
        using HttpResponseMessage answer = await site.SendAsync(request);
        string policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("connect-src 'self' ws://127.0.0.1:8083;", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("DENY", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
        Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Health_is_JSON_that_no_cache_keeps()
    {
        await using Site site = await Site.StartAsync();
        using HttpResponseMessage answer = await site.GetAsync("/health");
        using JsonDocument health = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal("ok", health.RootElement.GetProperty("status").GetString());
        Assert.True(health.RootElement.GetProperty("pages").GetBoolean());
        Assert.True(answer.Headers.CacheControl?.NoStore);
    }

    [Theory]
    [InlineData("push.example:8086", "ws://push.example:9083/ws", "ws://push.example:9083")]
    [InlineData("[::1]:8086", "ws://[::1]:9083/ws", "ws:")]
    [InlineData("a;b", "ws://127.0.0.1:9083/ws", "ws://127.0.0.1:9083")]
    public async Task The_node_is_found_on_the_host_that_the_browser_asked(string host, string url, string source)
    {
        await using Site site = await Site.StartAsync(new WebOptions { Port = 0, NodePort = 9083 });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/connect-info");
        request.Headers.TryAddWithoutValidation("Host", host);
        using HttpResponseMessage answer = await site.SendAsync(request);
        if (answer.StatusCode == HttpStatusCode.BadRequest) return; // Kestrel itself may refuse such a host.
        Assert.Equal(url, await UrlInAsync(answer));
        Assert.Contains($"connect-src 'self' {source};", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_public_node_URL_goes_before_the_host_that_was_asked()
    {
        await using Site site = await Site.StartAsync(new WebOptions { Port = 0, PublicNodeUrl = "wss://push.example/ws" });
        using HttpResponseMessage answer = await site.GetAsync("/api/connect-info");
        Assert.Equal("wss://push.example/ws", await UrlInAsync(answer));
        Assert.Contains("connect-src 'self' wss://push.example:443;", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_pages_the_chat_says_how_to_build_them()
    {
        await using Site site = await Site.StartAsync(pages: new PageStore([]));
        using HttpResponseMessage answer = await site.GetAsync("/chat.html");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("npm ci && npm run build", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_post_to_a_page_is_refused()
    {
        await using Site site = await Site.StartAsync();
        using var post = new HttpRequestMessage(HttpMethod.Post, "/chat.html") { Content = new StringContent("x", Encoding.UTF8) };
        using HttpResponseMessage answer = await site.SendAsync(post);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_an_error_that_names_it()
    {
        await using Site site = await Site.StartAsync();
        await using var second = new WebServer(new WebOptions { Port = site.Port }, new WebParts { Pages = Pages });
        IOException error = await Assert.ThrowsAsync<IOException>(() => second.StartAsync());
        Assert.Contains($"{site.Port}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_address_is_bound_with_a_star()
    {
        await using Site site = await Site.StartAsync(new WebOptions { Port = 0, BindAddress = "*", ApiKeys = ["a-key-that-is-long-enough"] });
        using HttpResponseMessage answer = await site.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public void Wrong_options_are_refused_by_name()
    {
        (WebOptions Options, string Said)[] wrong =
        [
            (new WebOptions { Port = -1 }, "web port -1"),
            (new WebOptions { NodePort = 0 }, "node port 0"),
            (new WebOptions { BindAddress = "everywhere" }, "'everywhere'"),
            (new WebOptions { PublicNodeUrl = "http://push.example/ws" }, "'http://push.example/ws'"),
        ];
        foreach ((WebOptions options, string said) in wrong)
        {
            var error = Assert.Throws<ArgumentException>(() => new WebServer(options));
            Assert.Contains(said, error.Message, StringComparison.Ordinal);
        }
    }

    private static async Task<string?> UrlInAsync(HttpResponseMessage answer)
    {
        using JsonDocument info = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return info.RootElement.GetProperty("url").GetString();
    }

    /// <summary>A started server on a port of its own, and a client that follows no redirects.</summary>
    private sealed class Site : IAsyncDisposable
    {
        private readonly WebServer _server;
        private readonly HttpClient _client;

        private Site(WebServer server)
        {
            _server = server;
            _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
            {
                BaseAddress = new Uri($"http://127.0.0.1:{server.Port}"),
            };
        }

        public int Port => _server.Port;

        public static async Task<Site> StartAsync(WebOptions? options = null, PageStore? pages = null)
        {
            var server = new WebServer(options ?? new WebOptions { Port = 0 }, new WebParts { Pages = pages ?? Pages });
            await server.StartAsync();
            return new Site(server);
        }

        public Task<HttpResponseMessage> GetAsync(string path) => _client.GetAsync(new Uri(path, UriKind.Relative));

        public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _client.SendAsync(request);

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await _server.StopAsync();
            await _server.DisposeAsync();
        }
    }
}
