using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Node.Tests.Settings;

namespace Node.Tests.Support;

/// <summary>The standalone process, started as a user would, on free ports. What it writes is kept.</summary>
internal sealed partial class NodeProcessUnderTest : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<int> _listens = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Uri> _serves = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;

    private NodeProcessUnderTest(string[] command, IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = _folder.Root, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        (string, string)[] ports =
        [
            ("HTTP_PORT", "0"), ("GRPC_PORT", "0"), ("CONTROLLER_GRPC_PORT", "0"), ("PUSH_GRPC_PORT", "0"), ("WEB_PORT", "0"), ("METRICS_PORT", "0"),
            ("NODE_ECHO", "true"),
        ];
        foreach ((string name, string value) in ports.Concat(environment))
        {
            start.Environment[name] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
    }

    public IPEndPoint EndPoint { get; private set; } = new(IPAddress.Loopback, 0);

    /// <summary>Where the web server is, as soon as it is up.</summary>
    public Task<Uri> WebAddress => _serves.Task.WaitAsync(RawClient.Patience);

    public bool IsRunning => !_process.HasExited;

    /// <summary>Where the process was built to; null where this run has not built it.</summary>
    public static string? Executable
    {
        get
        {
            string built = Environment.GetEnvironmentVariable("STANDALONE_EXE") is { Length: > 0 } named ? named
                : Path.Combine(TestFolder.Repository(), ".artifacts", "bin", "Node.Standalone", "debug", "Node.Standalone");
            return File.Exists(built) ? built : null;
        }
    }

    /// <summary>Everything that it has written so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Skips the test where there is no process to start.</summary>
    public static Task<NodeProcessUnderTest> StartAsync(params (string Name, string Value)[] environment) => StartAsync([], environment);

    /// <summary>As <see cref="StartAsync(ValueTuple{string, string}[])"/>, and it may have no more than so many files and sockets open. Linux only.</summary>
    public static Task<NodeProcessUnderTest> StartWithDescriptorsAsync(int most)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs prlimit");
        return StartAsync(["prlimit", $"--nofile={most}"], []);
    }

    private static async Task<NodeProcessUnderTest> StartAsync(string[] wrapper, (string Name, string Value)[] environment)
    {
        Assert.SkipUnless(Executable is not null, "Node.Standalone is not built");
        var node = new NodeProcessUnderTest([.. wrapper, Executable!], environment);
        node._process.Start();
        node._process.BeginOutputReadLine();
        node._process.BeginErrorReadLine();
        node.EndPoint = new IPEndPoint(IPAddress.Loopback, await node._listens.Task.WaitAsync(RawClient.Patience));
        return node;
    }

    /// <summary>Where a gRPC service of its listens, once the web server is up.</summary>
    /// <param name="line">Of its log, up to the address: <c>push gRPC</c>.</param>
    public Uri GrpcAddress(string line)
    {
        Match match = Regex.Match(Output, Regex.Escape($"{line} on ") + @"(\S+:\d+)");
        Assert.True(match.Success, $"{line} is not in:\n{Output}");
        return new Uri($"http://{match.Groups[1].Value}");
    }

    /// <summary>Ends it, as an operator or as the kernel would. Linux only.</summary>
    /// <param name="signal"><c>TERM</c> or <c>KILL</c>.</param>
    public async Task EndAsync(string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync().WaitAsync(RawClient.Patience);
    }

    /// <summary>Resident memory in bytes. Linux only.</summary>
    public long ResidentBytes()
    {
        string line = File.ReadLines($"/proc/{_process.Id}/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _folder.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
        }

        Match match = Listening().Match(line);
        if (match.Success)
        {
            _listens.TrySetResult(int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
        }

        Match page = Serving().Match(line);
        if (page.Success)
        {
            _serves.TrySetResult(new Uri(page.Groups[1].Value));
        }
    }

    [GeneratedRegex(@"WebSocket on wss?://[^/]+:(\d+)/ws")]
    private static partial Regex Listening();

    [GeneratedRegex(@"Listening for console on (http://\S+/)console\.html")]
    private static partial Regex Serving();
}
