using System.Diagnostics.Metrics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Node.Biz.Orders;
using Node.Biz.Pushing;
using Node.Biz.Settings;
using Node.Biz.Upstream;
using Node.Host.Health;
using Node.Host.Metrics;

namespace Node.Biz;

/// <summary>
/// An application behind a node: it takes orders that clients send over their WebSockets, and tells them of each step. Runs until
/// it is disposed.
/// </summary>
internal sealed class BizServer : IAsyncDisposable
{
    // A node's batch has 1 MiB of data, or one message that is larger.
    private const int MaxBodyBytes = 4 * 1024 * 1024;

    private readonly BizSettings _settings;
    private readonly WebApplication _app;
    private readonly PushQueue _pushes;
    private readonly OrderBook _orders;
    private readonly UpstreamHandler _upstream;
    private readonly Meter _meter = new("biz.orders");
    private readonly CancellationTokenSource _stop = new();
    private Task _work = Task.CompletedTask;

    public BizServer(BizSettings settings, PrometheusExporter exporter, ILoggerFactory loggers, TimeProvider? time = null)
    {
        _settings = settings;
        Time = time ?? TimeProvider.System;
        _pushes = new PushQueue(settings.Web, Time, loggers.CreateLogger("Node.Biz"));
        _orders = new OrderBook(settings.Orders.Max, order => _pushes.Add(new Push(order, $"{order.Id}-{order.State}")));
        _upstream = new UpstreamHandler(_orders, _pushes);
        _meter.CreateObservableGauge("biz.orders", () => _orders.Count, "{order}", "Orders that are remembered");
        _app = Build(loggers);
        _app.Use(CheckTokenAsync);
        _app.MapPost("/upstream", HandleUpstreamAsync);
        _app.MapGet("/orders/{id}", (string id) => Answer(_orders.Find(id)));
        _app.MapPost("/orders/{id}/advance", (string id) => Answer(_orders.Advance(id)));
        _app.MapGet("/health", () => Results.Bytes(Health().ToJson(), "application/json"));
        _app.MapGet("/metrics", MetricsEndpoint.Handler(exporter));
    }

    /// <summary>The port it listens on, once started.</summary>
    public int Port => new Uri(_app.Urls.First()).Port;

    private TimeProvider Time { get; }

    /// <exception cref="IOException">The port is taken.</exception>
    public async Task StartAsync()
    {
        await _app.StartAsync();
        _work = Task.WhenAll(_pushes.RunAsync(_stop.Token), StepAsync(_stop.Token));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _stop.CancelAsync();
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _pushes.Dispose();
        _meter.Dispose();
        _stop.Dispose();
    }

    private WebApplication Build(ILoggerFactory loggers)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Listen(_settings.Biz.Bind, _settings.Biz.Port);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(loggers);
        return builder.Build();
    }

    private async Task HandleUpstreamAsync(HttpContext context)
    {
        UpstreamBatch? batch = null;
        try
        {
            batch = await JsonSerializer.DeserializeAsync<UpstreamBatch>(context.Request.Body, BizJson.Options, context.RequestAborted);
        }
        catch (JsonException)
        {
            // Told below, as "null" is.
        }

        IResult answer = batch is null || batch.Items.Any(item => item is null) ? Problem(400, "The body is no batch of protocol/upstream.md.")
            : Results.Json(_upstream.Handle(batch), BizJson.Options);
        await answer.ExecuteAsync(context);
    }

    private async Task CheckTokenAsync(HttpContext context, RequestDelegate next)
    {
        bool open = _settings.Biz.Token.Length == 0 || context.Request.Path.Value is "/health" or "/metrics";
        if (open || AreEqual(context.Request.Headers.Authorization.ToString(), $"Bearer {_settings.Biz.Token}"))
        {
            await next(context);
        }
        else
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await Problem(401, "Send the token: Authorization: Bearer TOKEN.").ExecuteAsync(context);
        }
    }

    private async Task StepAsync(CancellationToken stop)
    {
        if (_settings.Orders.Step > TimeSpan.Zero)
        {
            using PeriodicTimer timer = new(_settings.Orders.Step, Time);
            while (await timer.WaitForNextTickAsync(stop))
            {
                _orders.AdvanceAll();
            }
        }
    }

    private HealthReport Health() => new(
        IsReady: true, "", _pushes.Problem is { } problem ? new Dictionary<string, string> { ["web"] = problem } : []);

    private static IResult Answer(Order? order) =>
        order is null ? Problem(404, "There is no such order, or not any more.") : Results.Json(order, BizJson.Options);

    private static IResult Problem(int status, string detail) => Results.Problem(detail, statusCode: status, type: "about:blank");

    /// <summary>In a time that does not tell where they differ.</summary>
    private static bool AreEqual(string said, string expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(said), Encoding.UTF8.GetBytes(expected));
}
