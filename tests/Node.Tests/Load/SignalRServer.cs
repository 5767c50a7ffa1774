using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Peer.SignalR;

namespace Node.Tests.Load;

/// <summary>SignalR itself, with the hub of perf/peers/signalr.</summary>
internal sealed class SignalRServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private SignalRServer(WebApplication application) => _application = application;

    public IPEndPoint EndPoint
    {
        get
        {
            var address = new Uri(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
            return new IPEndPoint(IPAddress.Loopback, address.Port);
        }
    }

    public static async Task<SignalRServer> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSignalR();
        WebApplication application = builder.Build();
        application.MapHub<Rooms>("/hub");
        await application.StartAsync();
        return new SignalRServer(application);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
