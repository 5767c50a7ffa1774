using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Node.Load.Run;

namespace Node.Load.Soak;

/// <summary>The server under load: a standalone process on ports and in a folder of its own, or one that is there already.</summary>
internal sealed class SoakServer : IDisposable
{
    // What scenarios rely on. Small queues, so that slow consumers meet their policy within seconds.
    private const string Settings =
        """
        queue:
          max_bytes: 1MiB
        rooms:
          policies:
            - {pattern: "market-*", policy: latest_only, max_bytes: 32KiB}
            - {pattern: "slow-drop*", policy: drop_oldest, max_bytes: 128KiB}
            - {pattern: "slow-close*", policy: close, max_bytes: 128KiB}
        log:
          level: warning
        """;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Guard? _guard;
    private readonly ServerPart? _process;

    private SoakServer(SoakTarget target) => Target = target;

    private SoakServer(SoakTarget target, Guard guard, ServerPart process)
        : this(target with { Pid = process.Pid }) => (_guard, _process) = (guard, process);

    public SoakTarget Target { get; }

    /// <summary>How it has ended and what it has said last; null: it lives, or is not ours.</summary>
    public string? Ended => _process is { HasEnded: true } ? $"the server has ended with {_process.ExitCode}: {(_process.Tail is { Length: > 0 } tail ? tail : "its log is empty")}" : null;

    /// <exception cref="InvalidOperationException">It did not start.</exception>
    /// <exception cref="ArgumentException">The address of one that is there cannot be read.</exception>
    public static async Task<SoakServer> StartAsync(SoakOptions options, CancellationToken cancel)
    {
        if (options.Server is { } there)
        {
            return IPEndPoint.TryParse(there, out IPEndPoint? address) && address.Port > 0
                ? new SoakServer(new SoakTarget(
                    address, options.Push ?? $"{address.Address}:50053", new Uri(options.Metrics ?? $"http://{address.Address}:9091/metrics"), options.Secret, options.Pid))
                : throw new ArgumentException($"--server {there}: an IPv4 address and a port.");
        }

        SoakServer server = Start(options.Configuration);
        try
        {
            await server.AwaitHealthAsync(cancel).ConfigureAwait(false);
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _process?.Dispose();
        _guard?.Dispose();
    }

    private static SoakServer Start(string configuration)
    {
        string program = Launch.Executable("Node.Standalone", configuration);
        if (!File.Exists(program))
        {
            throw new InvalidOperationException($"{program} is not built.");
        }

        var guard = new Guard("soak-");
        File.WriteAllText(Path.Combine(guard.Folder, "node.yaml"), Settings);
        int[] ports = Launch.FreePorts(3);
        string secret = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
        (string, string)[] environment =
        [
            ("NODE_ID", "soak"), ("NODE_BIND", "127.0.0.1"), ("HTTP_PORT", Text(ports[0])), ("METRICS_PORT", Text(ports[1])), ("PUSH_GRPC_PORT", Text(ports[2])),
            ("GRPC_PORT", "0"), ("CONTROLLER_GRPC_PORT", "0"), ("WEB_PORT", "0"), ("AUTH_ENABLED", "true"), ("AUTH_SECRET", secret),
        ];

        // A session of its own: Ctrl-C is for this process, which ends the load first.
        ServerPart process = ServerPart.Start("standalone", new Uri($"http://127.0.0.1:{ports[0]}/health"), guard, ["setsid", program], environment);
        return new SoakServer(
            new SoakTarget(new IPEndPoint(IPAddress.Loopback, ports[0]), $"127.0.0.1:{ports[2]}", new Uri($"http://127.0.0.1:{ports[1]}/metrics"), secret, 0),
            guard, process);
    }

    private async Task AwaitHealthAsync(CancellationToken cancel)
    {
        long from = Stopwatch.GetTimestamp();
        while (!await _process!.IsHealthyAsync(cancel).ConfigureAwait(false))
        {
            if (Ended is { } ended || Stopwatch.GetElapsedTime(from) > s_patience)
            {
                throw new InvalidOperationException(Ended ?? $"the server is not healthy: {_process.Tail}");
            }

            await Task.Delay(50, cancel).ConfigureAwait(false);
        }
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
