using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Node.Tests.Support;

namespace Node.Tests.Biz;

/// <summary>A web-server that notes what it is asked to push, and answers with the statuses that the test has queued, else with 200.</summary>
internal sealed class FakeWeb : IAsyncDisposable
{
    private readonly System.Threading.Channels.Channel<Pushed> _pushes = System.Threading.Channels.Channel.CreateUnbounded<Pushed>();
    private readonly WebApplication _app;

    private FakeWeb(WebApplication app) => _app = app;

    public Queue<int> Statuses { get; } = new();

    public string Address => _app.Urls.First();

    public static async Task<FakeWeb> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        WebApplication app = builder.Build();
        var web = new FakeWeb(app);
        app.MapPost("/api/push/user/{user}", (HttpContext context) => web.NoteAsync(context));
        await app.StartAsync();
        return web;
    }

    public async Task<Pushed> NextAsync() => await _pushes.Reader.ReadAsync().AsTask().WaitAsync(RawClient.Patience);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task NoteAsync(HttpContext context)
    {
        JsonElement body = (await JsonDocument.ParseAsync(context.Request.Body)).RootElement;
        Assert.Equal("order", body.GetProperty("message_id").GetString());
        context.Response.StatusCode = Statuses.TryDequeue(out int status) ? status : 200;
        _pushes.Writer.TryWrite(new Pushed(
            Uri.UnescapeDataString((string)context.Request.RouteValues["user"]!), body.GetProperty("data").GetProperty("state").GetString()!,
            body.GetProperty("idempotency_key").GetString()!, context.Request.Headers.Authorization.ToString()));
    }

    public sealed record Pushed(string User, string State, string Key, string Authorization);
}
