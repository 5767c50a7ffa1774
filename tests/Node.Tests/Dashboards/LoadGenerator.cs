using System.Diagnostics;
using System.Reflection;
using Node.Tests.Settings;
using Node.Tests.Support;

namespace Node.Tests.Dashboards;

/// <summary>perf/Node.Load, at work on one server until it is disposed.</summary>
internal sealed class LoadGenerator : IAsyncDisposable
{
    private const int LongerThanAnyTest = 3600;

    private readonly Process _process;

    private LoadGenerator(IEnumerable<string> arguments)
    {
        _process = Process.Start(new ProcessStartInfo(Executable, [.. arguments, "--seconds", $"{LongerThanAnyTest}", "--metrics", $"{MetricsPort}"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int MetricsPort { get; } = FreePorts.Next();

    public static bool IsBuilt => File.Exists(Executable);

    private static string Executable => Path.Combine(
        TestFolder.Repository(), ".artifacts", "bin", "Node.Load",
        typeof(LoadGenerator).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration.ToLowerInvariant(), "Node.Load");

    public static LoadGenerator Start(params IEnumerable<string> arguments) => new(arguments);

    public async ValueTask DisposeAsync()
    {
        // Its workers end with their input.
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
