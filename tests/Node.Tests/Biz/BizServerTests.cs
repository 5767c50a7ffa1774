using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Node.Biz;
using Node.Biz.Settings;
using Node.Host.Metrics;
using Node.Host.Settings;
using Node.Tests.Settings;

namespace Node.Tests.Biz;

/// <summary>The worked example in this process: what nodes post to it, and what it pushes.</summary>
public sealed class BizServerTests : IAsyncDisposable
{
    private readonly PrometheusExporter _exporter = new(NullLogger.Instance);
    private readonly HttpClient _http = new();
    private readonly ManualTime _time = new();
    private readonly LoggerFactory _loggers = new();
    private FakeWeb? _web;
    private BizServer? _server;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        if (_web is not null)
        {
            await _web.DisposeAsync();
        }

        _http.Dispose();
        _exporter.Dispose();
        _loggers.Dispose();
    }

    [Fact]
    public async Task An_order_is_placed_once_and_its_steps_are_pushed_in_order()
    {
        await StartAsync();
        JsonElement order = (await PlaceAsync(8, "al/ice", """{"item":"tea","quantity":2}""")).GetProperty("data");
        string id = order.GetProperty("id").GetString()!;
        Assert.Equal($$"""{"id":"{{id}}","user":"al/ice","item":"tea","quantity":2,"state":"placed"}""", order.GetRawText());
        Assert.Equal(new FakeWeb.Pushed("al/ice", "placed", $"{id}-Placed", "Bearer key"), await _web!.NextAsync());

        // The node asks again when the answer was late.
        JsonElement again = (await PlaceAsync(8, "al/ice", """{"item":"tea","quantity":2}""")).GetProperty("data");
        Assert.Equal(id, again.GetProperty("id").GetString());

        using HttpResponseMessage packed = await _http.PostAsync(new Uri($"orders/{id}/advance", UriKind.Relative), null);
        Assert.Equal("packed", (await packed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("state").GetString());
        Assert.Equal("packed", (await _web.NextAsync()).State);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("shipped", (await _web.NextAsync()).State);
        using HttpResponseMessage end = await _http.PostAsync(new Uri($"orders/{id}/advance", UriKind.Relative), null);
        Assert.Equal("shipped", (await _http.GetFromJsonAsync<JsonElement>($"orders/{id}")).GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_push_is_tried_again_until_the_web_server_takes_it()
    {
        await StartAsync();
        _web!.Statuses.Enqueue(503);
        _web.Statuses.Enqueue(429);
        await PlaceAsync(1, "alice", """{"item":"tea"}""");
        FakeWeb.Pushed first = await _web.NextAsync();
        for (int i = 0; i < 2; i++)
        {
            Task<FakeWeb.Pushed> next = _web.NextAsync();
            while (!next.IsCompleted)
            {
                _time.Advance(TimeSpan.FromMilliseconds(10));
                await Task.Yield();
            }

            Assert.Equal(first.Key, (await next).Key);
        }
    }

    [Fact]
    public async Task A_push_that_is_refused_does_not_hold_up_the_next()
    {
        await StartAsync();
        _web!.Statuses.Enqueue(400);
        await PlaceAsync(1, "alice", """{"item":"tea"}""");
        await PlaceAsync(2, "bob", """{"item":"tea"}""");
        Assert.Equal(["alice", "bob"], [(await _web.NextAsync()).User, (await _web.NextAsync()).User]);
    }

    [Theory]
    [InlineData("order.place", "7", 107)]
    [InlineData("order.place", "{}", 107)]
    [InlineData("order.place", """{"item":null}""", 107)]
    [InlineData("order.place", """{"item":""}""", 107)]
    [InlineData("order.place", """{"item":"tea","quantity":0}""", 107)]
    [InlineData("order.place", """{"item":"tea","quantity":"2"}""", 107)]
    [InlineData("order.status", "1", 107)]
    [InlineData("order.status", """{"id":7}""", 107)]
    [InlineData("order.status", """{"id":"none"}""", 1404)]
    [InlineData("order.eat", "1", 102)]
    public async Task What_is_wrong_with_a_message_is_its_answer(string messageId, string data, int code)
    {
        await StartAsync();
        JsonElement answer = await AskAsync(1, "alice", messageId, data);
        Assert.Equal(code, answer.GetProperty("error").GetProperty("code").GetInt32());
        Assert.False(answer.TryGetProperty("data", out _));
    }

    [Fact]
    public async Task Orders_are_their_users_alone_and_told_again_when_they_come_back()
    {
        await StartAsync();
        string id = (await PlaceAsync(1, "alice", """{"item":"tea"}""")).GetProperty("data").GetProperty("id").GetString()!;
        await _web!.NextAsync();
        string asked = $$"""{"id":"{{id}}"}""";
        Assert.Equal("placed", (await AskAsync(2, "alice", "order.status", asked)).GetProperty("data").GetProperty("state").GetString());
        Assert.Equal(1404, (await AskAsync(3, "bob", "order.status", asked)).GetProperty("error").GetProperty("code").GetInt32());
        const string Events =
            """{"number":4,"user":"bob","event":"connected"},{"number":5,"user":"alice","event":"joined","room":"r"},{"number":6,"user":"alice","event":"connected"}""";
        Assert.Empty(await PostAsync(Events));
        Assert.Equal(("alice", $"n1-17-6-{id}"), ((await _web.NextAsync()) is var push ? push.User : "", push.Key));
    }

    [Fact]
    public async Task The_oldest_that_were_shipped_make_room()
    {
        await StartAsync(new OrdersSection { Max = 1, Step = TimeSpan.Zero });
        string id = (await PlaceAsync(1, "alice", """{"item":"tea"}""")).GetProperty("data").GetProperty("id").GetString()!;
        Assert.Equal(106, (await PlaceAsync(2, "alice", """{"item":"tea"}""")).GetProperty("error").GetProperty("code").GetInt32());
        for (int i = 0; i < 2; i++)
        {
            using HttpResponseMessage step = await _http.PostAsync(new Uri($"orders/{id}/advance", UriKind.Relative), null);
        }

        Assert.True((await PlaceAsync(3, "alice", """{"item":"tea"}""")).TryGetProperty("data", out _));
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(new Uri($"orders/{id}", UriKind.Relative))).StatusCode);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"node":"n","incarnation":1,"items":[null]}""")]
    [InlineData("""{"node":"n","incarnation":1,"items":[{}]}""")]
    public async Task What_is_no_batch_is_a_problem(string body)
    {
        await StartAsync();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await _http.PostAsync(new Uri("upstream", UriKind.Relative), content);
        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal("about:blank", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString());
    }

    [Fact]
    public async Task Who_has_no_token_sees_metrics_and_health_alone()
    {
        await StartAsync(token: "secret");
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(new Uri("orders/none", UriKind.Relative))).StatusCode);
        _http.DefaultRequestHeaders.Authorization = null;
        Assert.Equal(HttpStatusCode.Unauthorized, (await _http.GetAsync(new Uri("orders/none", UriKind.Relative))).StatusCode);
        using HttpResponseMessage posted = await _http.PostAsync(new Uri("upstream", UriKind.Relative), null);
        Assert.Equal(HttpStatusCode.Unauthorized, posted.StatusCode);
        Assert.True((await _http.GetFromJsonAsync<JsonElement>("health")).GetProperty("ready").GetBoolean());
        Assert.Contains("biz_orders 0", await _http.GetStringAsync(new Uri("metrics", UriKind.Relative)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("biz: { bind: 0.0.0.0 }", "biz.bind")]
    [InlineData("web: { address: \"localhost:8086\" }", "web.address")]
    public void Settings_that_do_not_go_together_are_refused(string yaml, string key)
    {
        using var folder = new TestFolder();
        SettingsException error = Assert.Throws<SettingsException>(
            () => new SettingsLoader<BizSettings>(folder.Write("biz.yaml", yaml), _ => null).Load());
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_settings_page_says_what_the_declarations_say() =>
        SettingsReferenceTests.AssertFile("src/Node.Biz/settings.md", SettingsReference.Markdown(BizSettings.Table));

    private async Task StartAsync(OrdersSection? orders = null, string token = "")
    {
        _web = await FakeWeb.StartAsync();
        var settings = new BizSettings
        {
            Biz = new BizSection { Port = 0, Token = token },
            Web = new Node.Biz.Settings.WebSection { Address = _web.Address, ApiKey = "key" },
            Orders = orders ?? new OrdersSection(),
        };
        _server = new BizServer(settings, _exporter, _loggers, _time);
        await _server.StartAsync();
        _http.BaseAddress = new Uri($"http://127.0.0.1:{_server.Port}/");
        _http.DefaultRequestHeaders.Authorization = token.Length > 0 ? new AuthenticationHeaderValue("Bearer", token) : null;
    }

    private Task<JsonElement> PlaceAsync(ulong number, string user, string data) => AskAsync(number, user, "order.place", data);

    private async Task<JsonElement> AskAsync(ulong number, string user, string messageId, string data)
    {
        JsonElement answer = Assert.Single(await PostAsync(
            $$"""{"number":{{number}},"client":"n1-1","user":"{{user}}","message_id":"{{messageId}}","data":{{data}}}"""));
        Assert.Equal(number, answer.GetProperty("number").GetUInt64());
        return answer;
    }

    private async Task<JsonElement[]> PostAsync(string items)
    {
        using var content = new StringContent($$"""{"node":"n1","incarnation":17,"items":[{{items}}]}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await _http.PostAsync(new Uri("upstream", UriKind.Relative), content);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return [.. (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("answers").EnumerateArray()];
    }
}
