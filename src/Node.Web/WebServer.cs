using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Node.Web.Api;

namespace Node.Web;

/// <summary>
/// The web server: the chat page and the console, where to connect, and the HTTP API. Runs alone (<c>Program</c>) or beside
/// other roles in one process. Methods may be called from any thread, each once.
/// </summary>
public sealed class WebServer : IAsyncDisposable
{
    private const string PagesMissing =
        "The pages are not part of this build.\n\n"
        + "Run `npm ci && npm run build` in src/Node.Web/ui and build again, or ./build.sh build, which does both.\n";

    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    private readonly WebParts _parts;
    private readonly PageStore _pages;
    private readonly NodeChoice _choice = new();
    private readonly WebApplication _app;
    private volatile WebOptions _options;
    private volatile ApiAccess _access;

    /// <summary>Nothing is opened before <see cref="StartAsync"/>.</summary>
    /// <param name="options">Checked here.</param>
    /// <param name="parts">What it stands on; null: the pages alone.</param>
    /// <exception cref="ArgumentException">An option is wrong; the message says which.</exception>
    public WebServer(WebOptions options, WebParts? parts = null)
    {
        _parts = parts ?? new WebParts();
        _pages = _parts.Pages ?? PageStore.Embedded();
        (_options, _access) = Checked(options);
        _app = Build();
    }

    /// <summary>The port it listens on, once started.</summary>
    public int Port { get; private set; }

    /// <summary>What is mapped under /api, as "GET /api/rooms"; for who checks its description.</summary>
    internal IEnumerable<string> ApiRoutes =>
        from endpoint in ((IEndpointRouteBuilder)_app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
        where endpoint.RoutePattern.RawText!.StartsWith("/api", StringComparison.Ordinal)
        from method in endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods
        where method != HttpMethods.Head
        select $"{method} {endpoint.RoutePattern.RawText}";

    /// <exception cref="IOException">The address cannot be bound; the message names it.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        await _app.StartAsync(cancellation);
        Port = new Uri(_app.Urls.First().Replace("*", "localhost", StringComparison.Ordinal)).Port;
    }

    /// <summary>
    /// Takes other keys and another address of the node from the next request on. Where this server listens stays as it was.
    /// </summary>
    /// <exception cref="ArgumentException">An option is wrong; the message says which.</exception>
    public void Apply(WebOptions options)
    {
        (_options, _access) = Checked(options with { Port = _options.Port, BindAddress = _options.BindAddress });
    }

    /// <summary>Stops accepting and lets running answers finish, for as long as <paramref name="deadline"/> is not cancelled.</summary>
    public Task StopAsync(CancellationToken deadline = default) => _app.StopAsync(deadline);

    /// <summary>Returns when the token was cancelled and the server has stopped.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellation) =>
        _app.WaitForShutdownAsync(cancellation);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static (WebOptions Options, ApiAccess Access) Checked(WebOptions options) =>
        options.Validate() is { } wrong
            ? throw new ArgumentException(wrong, nameof(options))
            : (options, new ApiAccess(options));

    private WebApplication Build()
    {
        // The empty builder: no configuration files, no environment of ASP.NET's own, nothing that was not asked for.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024;
            if (_options.BindAddress == "*") kestrel.ListenAnyIP(_options.Port);
            else kestrel.Listen(IPAddress.Parse(_options.BindAddress), _options.Port);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, OwnerLifetime>();

        // Below a warning, ASP.NET writes several lines for every request.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        _parts.Logging?.Invoke(builder.Logging);

        WebApplication app = builder.Build();
        app.Use(FinishAsync);
        MapPages(app);
        MapApi(app);
        return app;
    }

    /// <summary>Gives every answer its headers, and an empty refusal of the API its words.</summary>
    private async Task FinishAsync(HttpContext context, RequestDelegate next)
    {
        SecurityHeaders.Apply(context, _options, anyNode: _parts.Nodes is not null);
        await next(context);
        bool refused = context.Response.StatusCode is StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed;
        if (refused && context.Response.ContentType is null && context.Request.Path.StartsWithSegments("/api"))
        {
            ApiAnswer answer = new Problem(context.Response.StatusCode, "The API is described at /api/openapi.json.");
            await answer.WriteAsync(context);
        }
    }

    private void MapPages(WebApplication app)
    {
        app.MapMethods("/", Reading, RedirectToChat);
        app.MapMethods("/health", Reading, context =>
            WriteJsonAsync(context, $$"""{"status":"ok","role":"web-server","pages":{{(HasChat ? "true" : "false")}}}"""));
        app.MapMethods("/chat.html", Reading, context =>
            HasChat ? WritePageAsync(context, "chat.html") : WritePagesMissingAsync(context));
        foreach (string path in _pages.Paths.Where(path => path != "chat.html"))
        {
            app.MapMethods("/" + path, Reading, context => WritePageAsync(context, path));
        }
    }

    private void MapApi(WebApplication app)
    {
        app.MapMethods("/api/connect-info", Reading, async context =>
        {
            ApiAnswer answer = await ConnectInfo.ForAsync(context.Request, _options, _parts.Nodes, _choice);
            await answer.WriteAsync(context);
        });
        if (_parts.ControlPlane is { } plane)
        {
            ILogger log = app.Services.GetRequiredService<ILogger<WebServer>>();
            new ApiRoutes(plane, new ApiGate(() => _access, _options.ApiTimeout, log)).MapTo(app);
            app.MapMethods("/api/openapi.json", Reading, OpenApi.WriteAsync);
        }

        if (_parts.Metrics is { } metrics)
        {
            app.MapMethods("/metrics", Reading, context => WriteMetricsAsync(context, metrics));
        }
    }

    private async Task WriteMetricsAsync(HttpContext context, RequestDelegate metrics)
    {
        if (await _access.CheckAsync(context.Request) is { } problem)
        {
            ApiAnswer answer = problem;
            await answer.WriteAsync(context);
            return;
        }

        await metrics(context);
    }

    private bool HasChat => _pages.Find("chat.html") is not null;

    /// <summary>With the query: <c>/?user=alice&amp;room=lobby</c> is a link that people share.</summary>
    private static Task RedirectToChat(HttpContext context)
    {
        context.Response.Redirect("/chat.html" + context.Request.QueryString.ToUriComponent());
        return Task.CompletedTask;
    }

    private Task WritePageAsync(HttpContext context, string path)
    {
        Page page = _pages.Find(path)!;
        context.Response.Headers.CacheControl = page.CacheControl;
        return Results.Bytes(page.Content, page.ContentType, entityTag: page.ETag).ExecuteAsync(context);
    }

    private static Task WritePagesMissingAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(PagesMissing);
    }

    private static Task WriteJsonAsync(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(json);
    }

    /// <summary>
    /// The owner decides when to stop. The default lifetime takes SIGINT and SIGTERM for itself, and with several
    /// roles in one process this one would stop ahead of the others.
    /// </summary>
    private sealed class OwnerLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
