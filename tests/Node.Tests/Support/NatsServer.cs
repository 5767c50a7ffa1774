using System.Net;
using Node.Tests.Settings;

namespace Node.Tests.Support;

/// <summary>nats-server with its WebSocket open, as perf/peers/nats has it.</summary>
internal sealed class NatsServer : StoreServer
{
    private static readonly string? Program = Find("/usr/sbin/nats-server", "/usr/bin/nats-server");

    public IPEndPoint EndPoint => new(IPAddress.Loopback, Port);

    /// <summary>Skips the test where nats-server is not installed.</summary>
    public static async Task<NatsServer> StartNewAsync()
    {
        Assert.SkipUnless(Program is not null, "nats-server is not installed");
        var server = new NatsServer();
        string configuration = await File.ReadAllTextAsync(Path.Combine(TestFolder.Repository(), "perf", "peers", "nats", "nats.conf"));
        server.Folder.Write("nats.conf", configuration.Replace("$WS_PORT", $"{server.Port}", StringComparison.Ordinal));
        await server.HandOverFolderAsync();
        await server.StartAsync();
        return server;
    }

    protected override (string Program, string[] Arguments) Command() => (Program!, ["-c", Folder.At("nats.conf")]);

    protected override bool Answers() => Connects(Port);
}
