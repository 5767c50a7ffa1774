using System.Diagnostics;
using System.Text.Json;

namespace Node.Load.Run;

/// <summary>The parent's handle on a <see cref="Worker"/>.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process _process;

    private WorkerProcess(Process process) => _process = process;

    public static WorkerProcess Start(string scenario, IEnumerable<string> arguments, int index, string? cpus)
    {
        string self = Environment.ProcessPath ?? throw new InvalidOperationException("No path of this program.");
        string[] command = [self, scenario, .. arguments, "--worker", $"{index}"];
        var start = Launch.OnCpus(command, cpus);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        return new WorkerProcess(
            Process.Start(start) ?? throw new InvalidOperationException("The worker did not start."));
    }

    public void Tell(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
    }

    /// <exception cref="InvalidOperationException">The worker failed.</exception>
    public void AwaitDone()
    {
        string line = ReadLine();
        if (line != Worker.Done)
        {
            throw new InvalidOperationException($"The load generator said: {line}");
        }
    }

    /// <exception cref="InvalidOperationException">The worker failed.</exception>
    public WorkerResult AwaitResult()
    {
        string line = ReadLine();
        return line.StartsWith(Worker.Result, StringComparison.Ordinal)
            ? JsonSerializer.Deserialize<WorkerResult>(line[Worker.Result.Length..])!
            : throw new InvalidOperationException($"The load generator said: {line}");
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private string ReadLine()
    {
        string line = _process.StandardOutput.ReadLine() ?? "(it ended)";
        return line.StartsWith(Worker.Failed, StringComparison.Ordinal)
            ? throw new InvalidOperationException(line[Worker.Failed.Length..])
            : line;
    }
}
