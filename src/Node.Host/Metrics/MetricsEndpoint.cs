using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Node.Host.Health;

namespace Node.Host.Metrics;

/// <summary>GET /metrics, and /health where there is something to say, on a port of its own: a Kestrel with nothing else in it (no routing, no configuration, HTTP/1.1).</summary>
public sealed class MetricsEndpoint : IAsyncDisposable
{
    // A Prometheus or two and somebody's browser; more is a mistake that should not cost descriptors.
    private const int MaxConnections = 64;
    private const int FirstBuffer = 64 * 1024;

    private readonly WebApplication _app;

    private MetricsEndpoint(WebApplication app) => _app = app;

    /// <summary>Where it listens; tells the port where 0 was asked for.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Listens from here on.</summary>
    /// <param name="address">Port 0: any free one.</param>
    /// <param name="exporter">Answers /metrics.</param>
    /// <param name="loggers">Where Kestrel logs.</param>
    /// <param name="health">Answers /health: 200 ready, 503 not; null: there is no /health.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<MetricsEndpoint> StartAsync(
        IPEndPoint address, PrometheusExporter exporter, ILoggerFactory loggers, Func<HealthReport>? health = null,
        CancellationToken cancel = default)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Listen(address);
        });
        WebApplication app = builder.Build();
        RequestDelegate metrics = Handler(exporter);
        app.Run(context => context.Request.Path.Value switch
        {
            "/metrics" => metrics(context),
            "/health" when health is not null => TellAsync(context, health()),
            _ => Refuse(context, StatusCodes.Status404NotFound),
        });
        try
        {
            await app.StartAsync(cancel).ConfigureAwait(false);
        }
        catch
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return new MetricsEndpoint(app);
    }

    /// <summary>The same answer for a process that maps /metrics on a web server it has anyway.</summary>
    public static RequestDelegate Handler(PrometheusExporter exporter) => async context =>
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            await Refuse(context, StatusCodes.Status405MethodNotAllowed).ConfigureAwait(false);
            return;
        }

        ExpositionFormat format = ExpositionFormats.Choose(context.Request.Headers.Accept);
        ArrayBufferWriter<byte> buffer = new(FirstBuffer);
        exporter.Write(buffer, format);
        context.Response.ContentType = format.ContentType();
        context.Response.ContentLength = buffer.WrittenCount;
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
        }
    };

    /// <summary>Stops listening; a scrape under way is finished.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task TellAsync(HttpContext context, HealthReport report)
    {
        byte[] body = report.ToJson();
        context.Response.StatusCode = report.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        (context.Response.ContentType, context.Response.ContentLength) = ("application/json", body.Length);
        await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }

    private static Task Refuse(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
