using System.Diagnostics;

namespace Node.Load.Run;

/// <summary>How processes are started here.</summary>
internal static class Launch
{
    private const string Taskset = "/usr/bin/taskset";

    /// <summary>
    /// The command, bound to <paramref name="cpus"/>. Through taskset, because Process.ProcessorAffinity binds only
    /// the threads that exist by then, and .NET counts its processors before.
    /// </summary>
    /// <exception cref="InvalidOperationException">CPUs are asked for and taskset is not there.</exception>
    public static ProcessStartInfo OnCpus(IReadOnlyList<string> command, string? cpus)
    {
        if (string.IsNullOrEmpty(cpus))
        {
            return new ProcessStartInfo(command[0], command.Skip(1));
        }

        return File.Exists(Taskset)
            ? new ProcessStartInfo(Taskset, ["-c", cpus, .. command])
            : throw new InvalidOperationException("taskset is missing (package util-linux); or name no CPUs.");
    }

    /// <summary>Where a program of this repository was built.</summary>
    public static string Executable(string program, string configuration)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Node.sln")))
        {
            root = root.Parent;
        }

        return Path.Combine(root?.FullName ?? "", ".artifacts", "bin", program, configuration, program);
    }
}
