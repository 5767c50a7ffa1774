using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Node.Rpc;
using Node.Tests.Settings;
using Node.Tests.Support;

namespace Node.Tests.Cluster.Processes;

/// <summary>
/// One real process of a cluster: on free ports that it keeps when it starts again, in a folder of its own. What it writes is kept. One caller at a
/// time.
/// </summary>
internal sealed class ClusterProcess : IAsyncDisposable
{
    private const string SettingsFile = "settings.yaml";
    private const int TailLength = 3000;

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(2) };

    private static readonly Dictionary<string, string> BindVariables = new()
    {
        ["Node.Controller"] = "CONTROLLER_BIND", ["Node.Push"] = "PUSH_BIND", ["Node.Connect"] = "NODE_BIND", ["Node.Web"] = "WEB_BIND",
        ["Node.Biz"] = "BIZ_BIND",
    };

    private readonly TestFolder _folder = new();
    private readonly StringBuilder _output = new();
    private readonly ProcessStartInfo _start;
    private readonly bool _isWeb;
    private Process? _process;

    /// <param name="id">Its name in the registry.</param>
    /// <param name="program">Its project: <c>Node.Push</c>, for one.</param>
    /// <param name="place">Where it runs, and what its ports are bound to.</param>
    /// <param name="environment">What differs from the defaults, but for ports.</param>
    public ClusterProcess(string id, string program, ProcessPlace place, params IEnumerable<(string Name, string Value)> environment)
    {
        (Id, Host) = (id, place.Host);
        string[] command = [.. place.Wrapper, Executable(program), "--settings", _folder.Write(SettingsFile, "")];
        _start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = _folder.Root, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        _isWeb = program == "Node.Web";
        _start.Environment[BindVariables[program]] = $"{Host}";
        (string, string)[] ports = [("GRPC_PORT", $"{GrpcPort}"), (_isWeb ? "WEB_PORT" : "HTTP_PORT", $"{HttpPort}"), ("METRICS_PORT", $"{MetricsPort}")];
        foreach ((string name, string value) in ports.Concat(environment))
        {
            _start.Environment[name] = value;
        }
    }

    /// <summary>Of the tests, as folders are called after it.</summary>
    public static string Configuration { get; } =
        typeof(ClusterProcess).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration.ToLowerInvariant();

    public string Id { get; }

    /// <summary>What its ports are bound to.</summary>
    public IPAddress Host { get; }

    public int GrpcPort { get; } = FreePorts.Next();

    /// <summary>Of a node's WebSockets, and of the web-server.</summary>
    public int HttpPort { get; } = FreePorts.Next();

    public int MetricsPort { get; } = FreePorts.Next();

    public string GrpcAddress => $"{Host}:{GrpcPort}";

    public IPEndPoint HttpAddress => new(Host, HttpPort);

    /// <summary>It is started, and neither killed, stopped nor cut off.</summary>
    public bool IsServing { get; set; }

    /// <summary>The end of what it has written.</summary>
    public string Tail
    {
        get
        {
            lock (_output)
            {
                return _output.ToString(Math.Max(0, _output.Length - TailLength), Math.Min(_output.Length, TailLength));
            }
        }
    }

    /// <summary>Whether this run has built it.</summary>
    public static bool IsBuilt(string program) => File.Exists(Executable(program));

    /// <summary>Writes its settings file anew; at first it is empty. The environment, which has the ports, takes precedence.</summary>
    public void Configure(string yaml) => _folder.Replace(SettingsFile, yaml);

    /// <summary>Starts it, again with the ports that it had. It may not serve yet.</summary>
    public void Start()
    {
        _process = new Process { StartInfo = _start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        IsServing = true;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        IsServing = false;
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
        Keep("--- killed ---");
    }

    /// <summary>SIGSTOP: it neither answers nor breaks.</summary>
    public Task FreezeAsync()
    {
        IsServing = false;
        return EtcdServer.SignalAsync("-STOP", _process!.Id);
    }

    public async Task ThawAsync()
    {
        await EtcdServer.SignalAsync("-CONT", _process!.Id);
        IsServing = true;
    }

    /// <summary>What keeps it from being ready with all its parts there; null: nothing does.</summary>
    public async Task<string?> ProblemAsync()
    {
        if (_process is null || _process.HasExited)
        {
            return $"{Id} does not run: {Tail}";
        }

        try
        {
            // The web-server has no metrics port, and nothing to say but that it is alive.
            JsonElement health = JsonElement.Parse(
                await Http.GetStringAsync(new Uri($"http://{Host}:{(_isWeb ? HttpPort : MetricsPort)}/health")));
            bool isReady = !health.TryGetProperty("ready", out JsonElement ready) || ready.GetBoolean();
            bool missesNobody = !health.TryGetProperty("away", out JsonElement away) || !away.EnumerateObject().Any();
            return isReady && missesNobody ? null : $"{Id} says {health}";
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            return $"{Id} has no health: {error.Message}";
        }
    }

    public GrpcChannel Channel(string? token = null) => GrpcChannel.ForAddress($"http://{GrpcAddress}", new GrpcChannelOptions { Token = token });

    /// <summary>Resident memory in bytes. Linux only.</summary>
    public long ResidentBytes()
    {
        string line = File.ReadLines($"/proc/{_process!.Id}/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        _folder.Dispose();
    }

    /// <summary>Built in the tests' configuration; the tests themselves may run from a copy.</summary>
    public static string Executable(string program) =>
        Path.Combine(TestFolder.Repository(), ".artifacts", "bin", program, Configuration, program);

    private void Keep(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }
}
