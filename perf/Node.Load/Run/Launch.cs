using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

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

    /// <summary>Ports of the loopback address that nobody listens on, all different; somebody else may take them meanwhile.</summary>
    public static int[] FreePorts(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        try
        {
            Array.ForEach(listeners, listener => listener.Start());
            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            Array.ForEach(listeners, listener => listener.Dispose());
        }
    }
}
