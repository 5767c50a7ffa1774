using System.Diagnostics;

namespace Node.Load.Run;

/// <summary>
/// A folder for a run, and what runs in it: both are gone when this process has ended, however it did. One thread at a time.
/// </summary>
internal sealed class Guard : IDisposable
{
    // A shell that outlives nobody: it hears of processes until its input ends, which it does with this process, and then ends them. Silent: what
    // it says of those that have ended already would go to a pipe that nobody reads any more, and end the shell before the rest.
    private const string Script = "while read -r pid; do pids=\"$pids $pid\"; done; [ -z \"$pids\" ] || kill -9 $pids 2>/dev/null; rm -rf \"$1\"";

    private readonly Process _shell;

    /// <param name="name">What the folder's name begins with.</param>
    public Guard(string name)
    {
        Folder = Directory.CreateTempSubdirectory(name).FullName;

        // A session of its own: neither Ctrl-C nor a terminal that goes away is for it.
        var start = new ProcessStartInfo("setsid", ["/bin/sh", "-c", Script, "sh", Folder]) { RedirectStandardInput = true };
        _shell = Process.Start(start) ?? throw new InvalidOperationException("setsid did not start.");
    }

    public string Folder { get; }

    /// <summary>It is to end with this process.</summary>
    public void Watch(int pid)
    {
        _shell.StandardInput.WriteLine(pid);
        _shell.StandardInput.Flush();
    }

    /// <summary>After the processes have been ended.</summary>
    public void Dispose()
    {
        _shell.Kill();
        _shell.WaitForExit();
        _shell.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
