using System.Diagnostics;
using System.Globalization;

namespace Node.Load.Run;

/// <summary>A server that a run starts, its output in a file. One caller at a time.</summary>
internal sealed class ServerPart : IDisposable
{
    private const double TicksPerSecond = 100;
    private const int TailLines = 5;

    private static readonly HttpClient s_http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private readonly Process _process;
    private readonly string _log;
    private double _cpuAtEnd;

    private ServerPart(string name, Uri health, Process process, string log) => (Name, Health, _process, _log) = (name, health, process, log);

    public string Name { get; }

    public Uri Health { get; }

    public int Pid => _process.Id;

    public bool HasEnded => _process.HasExited;

    /// <summary>How it has ended; 128 and more: by a signal.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>The last lines that it has written.</summary>
    public string Tail => string.Join('\n', File.ReadLines(_log).TakeLast(TailLines));

    /// <summary>CPU seconds that it has used, in steps of 10 ms.</summary>
    public double CpuSeconds
    {
        get
        {
            try
            {
                string stat = File.ReadAllText($"/proc/{Pid}/stat");
                string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                _cpuAtEnd = (Whole(fields[11]) + Whole(fields[12])) / TicksPerSecond;
            }
            catch (IOException)
            {
                // It has ended: what it had used when it was asked last.
            }

            return _cpuAtEnd;
        }
    }

    /// <param name="name">Of its log.</param>
    /// <param name="health">Answers 200 when it can be used.</param>
    /// <param name="guard">Has the folder where it runs and logs, and ends it with this process.</param>
    /// <param name="command">Program and arguments.</param>
    /// <param name="environment">What differs from this process's.</param>
    public static ServerPart Start(
        string name, Uri health, Guard guard, IReadOnlyList<string> command, params IEnumerable<(string Name, string Value)> environment)
    {
        string log = Path.Combine(guard.Folder, $"{name}.log");

        // A shell that becomes the program: its output goes to the file without a thread here.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "log=\"$1\"; shift; exec \"$@\" >\"$log\" 2>&1 </dev/null", "sh", log, .. command])
        {
            WorkingDirectory = guard.Folder,
        };
        foreach ((string variable, string value) in environment)
        {
            start.Environment[variable] = value;
        }

        Process process = Process.Start(start) ?? throw new InvalidOperationException($"{name} did not start.");
        guard.Watch(process.Id);
        return new ServerPart(name, health, process, log);
    }

    public async Task<bool> IsHealthyAsync(CancellationToken cancel)
    {
        try
        {
            using HttpResponseMessage answer = await s_http.GetAsync(Health, cancel).ConfigureAwait(false);
            return answer.IsSuccessStatusCode && !(await answer.Content.ReadAsStringAsync(cancel).ConfigureAwait(false)).Contains("\"ready\":false", StringComparison.Ordinal);
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException && !cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Bytes of its smaps_rollup: Rss, Pss, Anonymous; 0 when it has ended.</summary>
    public long Memory(string kind)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{Pid}/smaps_rollup").FirstOrDefault(text => text.StartsWith(kind + ":", StringComparison.Ordinal));
            return line is null ? 0 : 1024 * Whole(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>kill -9, and waits until it is gone.</summary>
    public void Kill()
    {
        _ = CpuSeconds;
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private static long Whole(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
