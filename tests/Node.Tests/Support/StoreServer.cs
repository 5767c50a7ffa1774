using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Node.Tests.Settings;
using Node.Tests.Transport;

namespace Node.Tests.Support;

/// <summary>A real database server in a process of its own: on a private port, in a folder of the test, as somebody without rights.</summary>
internal abstract partial class StoreServer : IAsyncDisposable
{
    private const int Stop = 19;
    private const int Continue = 18;

    // By the program that lays it out, which takes seconds; a copy does not.
    private static readonly ConcurrentDictionary<string, Lazy<Task<TestFolder>>> Layouts = new();

    private readonly TestFolder _folder = new();
    private Process? _process;

    public int Port { get; } = FreePorts.Next();

    protected TestFolder Folder => _folder;

    /// <summary>Kills it as a power cut would: nothing is written any more.</summary>
    public async Task KillAsync()
    {
        Process process = _process!;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        _process = null;
    }

    /// <summary>Starts it, again with what its folder holds, and waits until it answers.</summary>
    public async Task StartAsync()
    {
        (string program, string[] arguments) = Command();
        _process = Process.Start(Unprivileged(program, arguments))!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await TestServer.UntilAsync(() => _process.HasExited || Answers());
        Assert.False(_process.HasExited, $"{program} has ended");
    }

    /// <summary>Freezes it: connections stay open, and nothing is answered.</summary>
    public void Pause() => Assert.Equal(0, Signal(_process!.Id, Stop));

    public void Resume() => Assert.Equal(0, Signal(_process!.Id, Continue));

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        _folder.Dispose();
    }

    /// <summary>The first of these places that has a program; null: it is not installed.</summary>
    protected static string? Find(params string[] places) => places.FirstOrDefault(File.Exists);

    protected abstract (string Program, string[] Arguments) Command();

    /// <summary>Whether a client is served.</summary>
    protected abstract bool Answers();

    /// <summary>Gives the server its first data, in the folder <c>data</c>: a copy of what the program has laid out once in this run.</summary>
    /// <param name="program">Lays out data.</param>
    /// <param name="arguments">Of the program, by the folder that it may use.</param>
    protected async Task LayOutAsync(string program, Func<TestFolder, string[]> arguments)
    {
        Lazy<Task<TestFolder>> layout = Layouts.GetOrAdd(program, _ => new(() => NewLayoutAsync(program, arguments)));
        await RunAsync("cp", "-a", (await layout.Value).At("data"), Folder.At("data"));
    }

    /// <summary>Gives the folder to the user that servers run as.</summary>
    protected Task HandOverFolderAsync() => HandOverAsync(Folder);

    protected static bool Connects(int port)
    {
        try
        {
            using TcpClient client = new();
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task<TestFolder> NewLayoutAsync(string program, Func<TestFolder, string[]> arguments)
    {
        TestFolder folder = new();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        await HandOverAsync(folder);
        await RunAsync(program, arguments(folder));
        return folder;
    }

    /// <summary>Gives the folder to the user that <see cref="Unprivileged"/> runs programs as.</summary>
    private static async Task HandOverAsync(TestFolder folder)
    {
        if (Environment.UserName == "root")
        {
            using Process chown = Process.Start("chown", ["-R", "nobody", folder.Root]);
            await chown.WaitForExitAsync();
        }
    }

    /// <summary>Runs a program to its end.</summary>
    private static async Task RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(Unprivileged(program, arguments))!;
        string said = await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, said);
    }

    private static ProcessStartInfo Unprivileged(string program, string[] arguments)
    {
        bool isRoot = Environment.UserName == "root";
        var start = new ProcessStartInfo(
            isRoot ? "setpriv" : program,
            isRoot ? ["--reuid", "nobody", "--regid", "nogroup", "--clear-groups", program, .. arguments] : arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };

        // Some of them look for a home and a locale, and the caller's are not theirs.
        (start.Environment["HOME"], start.Environment["LC_ALL"]) = ("/", "C");
        return start;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
