using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

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

    private sealed class Rooms : Microsoft.AspNetCore.SignalR.Hub
    {
        public Task Echo(string text) => Clients.Caller.SendAsync("Message", text);

        public Task Join(string room) => Groups.AddToGroupAsync(Context.ConnectionId, room);

        public Task Publish(string room, string text) => Clients.Group(room).SendAsync("Message", text);
    }
}
