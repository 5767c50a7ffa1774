using System.Diagnostics;
using System.Text.Json;

namespace Node.Load.Million;

/// <summary>The parent's handle on a <see cref="CrowdWorker"/>: the latest counts, read as they come. Any thread.</summary>
internal sealed class CrowdProcess : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly Thread _reader;
    private volatile CrowdCounts _counts = new();
    private TaskCompletionSource<CrowdLatency> _latency = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private CrowdProcess(Process process)
    {
        _process = process;
        _reader = new Thread(Read, 256 * 1024) { IsBackground = true };
        _reader.Start();
    }

    public CrowdCounts Counts => _counts;

    public int Pid => _process.Id;

    public static CrowdProcess Start(CrowdPlan plan, int index)
    {
        string self = Environment.ProcessPath ?? throw new InvalidOperationException("No path of this program.");
        var start = new ProcessStartInfo(self, ["crowd", plan.ToArguments(), $"{index}"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x4000000";
        start.Environment["DOTNET_gcTrimCommitOnLowMemory"] = "1";
        return new CrowdProcess(Process.Start(start) ?? throw new InvalidOperationException("The load process did not start."));
    }

    /// <exception cref="IOException">It has ended.</exception>
    public void Tell(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
    }

    /// <summary>The latencies of room pushes since the last time.</summary>
    /// <exception cref="TimeoutException">It does not answer.</exception>
    public async Task<CrowdLatency> LatencyAsync()
    {
        _latency = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Tell("latency");
        return await _latency.Task.WaitAsync(s_patience).ConfigureAwait(false);
    }

    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended before.
        }

        if (!_process.WaitForExit(s_patience))
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _reader.Join();
        _process.Dispose();
    }

    private void Read()
    {
        while (_process.StandardOutput.ReadLine() is string line)
        {
            if (line.StartsWith(CrowdWorker.Counts, StringComparison.Ordinal))
            {
                _counts = JsonSerializer.Deserialize<CrowdCounts>(line[CrowdWorker.Counts.Length..])!;
            }
            else if (line.StartsWith(CrowdWorker.Latency, StringComparison.Ordinal))
            {
                _latency.TrySetResult(JsonSerializer.Deserialize<CrowdLatency>(line[CrowdWorker.Latency.Length..])!);
            }
        }

        _latency.TrySetException(new IOException("A load process has ended."));
    }
}
