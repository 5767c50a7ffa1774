// WebSockets of ASP.NET Core on Kestrel, as its users write them; --tls CERT KEY: with TLS; --deflate: with permessage-deflate.
using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using Peer.Kestrel;

int port = args.Length > 0 ? int.Parse(args[0]) : 9003;
bool deflate = args.Contains("--deflate");
WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseKestrelHttpsConfiguration();
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.Listen(IPAddress.Loopback, port, listen =>
    {
        if (args is [_, "--tls", string certificate, string key])
        {
            listen.UseHttps(X509Certificate2.CreateFromPemFile(certificate, key));
        }
    });
    kestrel.AddServerHeader = false;
    kestrel.Limits.MaxConcurrentUpgradedConnections = null;
});
builder.WebHost.UseSockets(sockets => sockets.Backlog = 4096);

WebApplication app = builder.Build();
app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = Timeout.InfiniteTimeSpan });

var room = new Room();
app.MapGet("/echo", context => Serve(context, deflate, Echo.RunAsync));
app.MapGet("/room", context => Serve(context, deflate, room.RunAsync));
app.MapGet("/gc", () =>
{
    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    return Results.Ok();
});
app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine($"listening {port}"));
app.Run();

static async Task Serve(HttpContext context, bool deflate, Func<WebSocket, Task> run)
{
    if (!context.WebSockets.IsWebSocketRequest)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return;
    }

    using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
    {
        DangerousEnableCompression = deflate,
        DisableServerContextTakeover = true,
    });
    try
    {
        await run(socket);
    }
    catch (WebSocketException)
    {
        // The client went away without a close frame.
    }
}
