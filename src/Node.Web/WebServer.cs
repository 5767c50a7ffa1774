using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Node.Web;

/// <summary>
/// The web server: the chat page and what it needs to find the node. Runs alone (<c>Program</c>) or beside other
/// roles in one process. Methods may be called from any thread, each once.
/// </summary>
public sealed class WebServer : IAsyncDisposable
{
    private const string PagesMissing =
        "The pages are not part of this build.\n\n"
        + "Run `npm ci && npm run build` in src/Node.Web/ui and build again, or ./build.sh build, which does both.\n";

    private volatile WebOptions _options;
    private readonly PageStore _pages;
    private readonly WebApplication _app;

    /// <summary>Nothing is opened before <see cref="StartAsync"/>.</summary>
    /// <param name="options">Checked here.</param>
    /// <param name="pages">The built-in ones when null.</param>
    /// <param name="logging">Where to log; nowhere when null.</param>
    /// <exception cref="ArgumentException">An option is wrong; the message says which.</exception>
    public WebServer(WebOptions options, PageStore? pages = null, Action<ILoggingBuilder>? logging = null)
    {
        if (options.Validate() is { } wrong) throw new ArgumentException(wrong, nameof(options));
        _options = options;
        _pages = pages ?? PageStore.Embedded();
        _app = Build(logging);
    }

    /// <summary>The port it listens on, once started.</summary>
    public int Port { get; private set; }

    /// <exception cref="IOException">The address cannot be bound; the message names it.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        await _app.StartAsync(cancellation);
        Port = new Uri(_app.Urls.First().Replace("*", "localhost", StringComparison.Ordinal)).Port;
    }

    /// <summary>
    /// Takes another address of the node from the next request on. Where this server listens stays as it was.
    /// </summary>
    /// <exception cref="ArgumentException">An option is wrong; the message says which.</exception>
    public void Apply(WebOptions options)
    {
        if (options.Validate() is { } wrong) throw new ArgumentException(wrong, nameof(options));
        _options = options;
    }

    /// <summary>Stops accepting and lets running answers finish, for as long as <paramref name="deadline"/> is not cancelled.</summary>
    public Task StopAsync(CancellationToken deadline = default) => _app.StopAsync(deadline);

    /// <summary>Returns when the token was cancelled and the server has stopped.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellation) =>
        _app.WaitForShutdownAsync(cancellation);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private WebApplication Build(Action<ILoggingBuilder>? logging)
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
        logging?.Invoke(builder.Logging);

        WebApplication app = builder.Build();
        app.Use((context, next) =>
        {
            SecurityHeaders.Apply(context, _options);
            return next(context);
        });
        MapRoutes(app);
        return app;
    }

    private void MapRoutes(WebApplication app)
    {
        string[] reading = [HttpMethods.Get, HttpMethods.Head];
        app.MapMethods("/", reading, RedirectToChat);
        app.MapMethods("/health", reading, context =>
            WriteJsonAsync(context, $$"""{"status":"ok","role":"web-server","pages":{{(HasChat ? "true" : "false")}}}"""));
        app.MapMethods("/api/connect-info", reading, context =>
            WriteJsonAsync(context, $$"""{"url":{{JsonSerializer.Serialize(NodeAddress.UrlFor(_options, context.Request))}}}"""));
        app.MapMethods("/chat.html", reading, context =>
            HasChat ? WritePageAsync(context, "chat.html") : WritePagesMissingAsync(context));
        foreach (string path in _pages.Paths.Where(path => path != "chat.html"))
        {
            app.MapMethods("/" + path, reading, context => WritePageAsync(context, path));
        }
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
