using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Node.Load.Run;

namespace Node.Load.Compare;

/// <summary>A server under measurement, on a port of its own, alive until disposed.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly Task _output;

    private ServerProcess(Process process, int port)
    {
        _process = process;
        Port = port;
        _output = Task.WhenAll(DiscardAsync(process.StandardOutput), DiscardAsync(process.StandardError));
    }

    public int Port { get; }

    /// <summary>taskset becomes the server by exec, so that this is the server's own.</summary>
    public int Pid => _process.Id;

    /// <param name="server">What is started.</param>
    /// <param name="fill">Fills in what stands in braces in its command and environment, with its port.</param>
    /// <param name="cpus">That it may use; "": all.</param>
    /// <exception cref="InvalidOperationException">It did not listen in time.</exception>
    public static async Task<ServerProcess> StartAsync(CompareServer server, Func<string, int, string> fill, string cpus)
    {
        int port = Launch.FreePorts(1)[0];
        ProcessStartInfo start = Launch.OnCpus([.. server.Command.Select(part => fill(part, port))], cpus);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach ((string name, string value) in server.Environment)
        {
            start.Environment[name] = fill(value, port);
        }

        var process = new ServerProcess(
            Process.Start(start) ?? throw new InvalidOperationException($"{server.Name} did not start."), port);
        await process.AwaitListeningAsync(server.Name).ConfigureAwait(false);
        return process;
    }

    /// <summary>Asks it to stop, and kills it if it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using var ask = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
            await ask.WaitForExitAsync().ConfigureAwait(false);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(3));
            try
            {
                await _process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync().ConfigureAwait(false);
            }
        }

        await _output.ConfigureAwait(false);
        _process.Dispose();
    }

    private static async Task DiscardAsync(StreamReader output)
    {
        while (await output.ReadLineAsync().ConfigureAwait(false) is not null)
        {
        }
    }

    private async Task AwaitListeningAsync(string name)
    {
        long from = Stopwatch.GetTimestamp();
        while (!_process.HasExited && Stopwatch.GetElapsedTime(from) < s_patience)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, Port).ConfigureAwait(false);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50).ConfigureAwait(false);
            }
        }

        await DisposeAsync().ConfigureAwait(false);
        throw new InvalidOperationException($"{name} does not listen on {Port}.");
    }
}
