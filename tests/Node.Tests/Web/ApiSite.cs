using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Node.Connect;
using Node.Standalone;
using Node.Tests.Hub;
using Node.Tests.Support;
using Node.Web;

namespace Node.Tests.Web;

/// <summary>The standalone system with its HTTP API: as a process, or the same parts in this one.</summary>
internal sealed class ApiSite : IAsyncDisposable
{
    private readonly IAsyncDisposable _parts;
    private readonly IPEndPoint _node;
    private readonly HttpClient _client;

    private ApiSite(IAsyncDisposable parts, IPEndPoint node, Uri web, WebServer? server)
    {
        _parts = parts;
        _node = node;
        Server = server;
        _client = new HttpClient { BaseAddress = web };
    }

    public Uri Address => _client.BaseAddress!;

    /// <summary>Null where it is another process.</summary>
    public WebServer? Server { get; }

    public static async Task<ApiSite> StartAsync(bool process, params (string Name, string Value)[] environment)
    {
        if (process)
        {
            NodeProcessUnderTest node = await NodeProcessUnderTest.StartAsync([("NODE_ID", "node-1"), .. environment]);
            return new ApiSite(node, node.EndPoint, await node.WebAddress, null);
        }

        string web = string.Concat(environment.Select(setting => $"  {setting.Name[4..].ToLowerInvariant()}: {setting.Value}\n"));
        NodeHost host = NodeHost.FromYaml(
            $"node:\n  id: node-1\n  http_port: 0\n  loops: 2\nlog:\n  level: error\ncontroller:\n  enabled: false\npush:\n  enabled: false\nmetrics:\n  port: 0\nweb:\n  port: 0\n{web}");
        await host.StartAsync();
        var rest = new StandaloneHost(host);
        await rest.StartAsync();
        return new ApiSite(new Parts(rest, host), host.EndPoint, new Uri($"http://127.0.0.1:{rest.Web!.Port}/"), rest.Web);
    }

    /// <summary>A chat client whose user is named.</summary>
    public Task<HubClient> ConnectAsync(string user) => HubClient.NamedAsync(_node, user);

    public Task<ApiReply> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, null, headers);

    public Task<ApiReply> PostAsync(string path, string body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, new StringContent(body, Encoding.UTF8, "application/json"), headers);

    public async Task<ApiReply> SendAsync(HttpMethod method, string path, HttpContent? body, params (string Name, string Value)[] headers)
    {
        // As written: a Uri would take %2F and the dots for its own.
        var target = new Uri(Address.AbsoluteUri + path.TrimStart('/'), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(method, target) { Content = body };
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage answer = await _client.SendAsync(request);
        return await ApiReply.OfAsync(answer);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _parts.DisposeAsync();
    }

    private sealed class Parts(StandaloneHost rest, NodeHost host) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await rest.DisposeAsync();
            await host.DisposeAsync();
        }
    }
}

/// <summary>An answer of the API.</summary>
internal sealed record ApiReply(int Status, string Text, MediaTypeHeaderValue? Type, HttpResponseHeaders Headers)
{
    public JsonElement Json => JsonElement.Parse(Text);

    public static async Task<ApiReply> OfAsync(HttpResponseMessage answer) =>
        new((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Content.Headers.ContentType, answer.Headers);

    /// <summary>The fields that a problem names, in its order.</summary>
    public string[] Fields => [.. Json.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString()!)];

    /// <summary>An answer that is one value as JSON.</summary>
    public JsonElement Good()
    {
        Assert.Equal((200, "application/json"), (Status, Type?.MediaType));
        return Json;
    }

    /// <summary>A problem as of RFC 9457, with this status.</summary>
    public JsonElement Problem(int status)
    {
        Assert.Equal((status, "application/problem+json"), (Status, Type?.MediaType));
        JsonElement problem = Json;
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.Equal("about:blank", problem.GetProperty("type").GetString());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        return problem;
    }
}
