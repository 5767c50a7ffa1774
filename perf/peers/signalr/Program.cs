// SignalR on Kestrel, as its users write it; --tls CERT KEY: with TLS.
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Peer.SignalR;

int port = args.Length > 0 ? int.Parse(args[0]) : 9006;
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
builder.Services.AddSignalR();

WebApplication app = builder.Build();
app.MapHub<Rooms>("/hub");
app.MapGet("/gc", () =>
{
    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    return Results.Ok();
});
app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine($"listening {port}"));
app.Run();
