using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;

namespace Node.Tests.Rpc;

/// <summary>The probe service in a process of its own, on somebody else's gRPC.</summary>
public sealed class ForeignProbeServer : IProbeServer
{
    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    private ForeignProbeServer(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null) _lines.Writer.TryComplete();
            else _lines.Writer.TryWrite(line.Data);
        };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null) TestContext.Current.SendDiagnosticMessage(line.Data);
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public Uri Address { get; private set; } = null!;

    public static async Task<ForeignProbeServer> StartAsync(ForeignProgram program)
    {
        var server = new ForeignProbeServer(program.Start("server", OwnProbeServer.Token));
        string port = await server.UntilAsync("listening ");
        server.Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        return server;
    }

    public Task CancelledAsync() => UntilAsync("cancelled");

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(ForeignProgram.Patience);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }

    private async Task<string> UntilAsync(string prefix)
    {
        using var patience = new CancellationTokenSource(ForeignProgram.Patience);
        while (true)
        {
            string line = await _lines.Reader.ReadAsync(patience.Token);
            if (line.StartsWith(prefix, StringComparison.Ordinal)) return line[prefix.Length..];
        }
    }
}
