using System.Diagnostics;
using System.Text;
using Node.Rpc.Discovery;
using Node.Rpc.Etcd;

namespace Node.Tests.Etcd;

/// <summary>
/// Another process, to be killed or frozen: this test program, with nothing to run but the test that calls <see cref="RunAsync"/>.
/// It ends when its input does.
/// </summary>
internal sealed class EtcdChild : IAsyncDisposable
{
    public const string Id = "child";

    /// <summary>Where a child that stands for election writes its term, and "lost" when it leads no more and knows.</summary>
    public const string TermKey = "child/term";

    private const string EndpointName = "ETCD_CHILD_ENDPOINT";
    private const string TaskName = "ETCD_CHILD_TASK";

    private readonly Process _process;

    private EtcdChild(Uri endpoint, string task) => _process = Process.Start(new ProcessStartInfo(
        Path.ChangeExtension(typeof(EtcdChild).Assembly.Location, null),
        ["--no-progress", "--filter-method", $"{typeof(EtcdChildTests).FullName}.{nameof(EtcdChildTests.A_child_registers_and_stops)}"])
    {
        Environment = { [EndpointName] = endpoint.ToString(), [TaskName] = task },
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    public int ProcessId => _process.Id;

    /// <summary>Whether this process is one.</summary>
    public static bool IsThis => Environment.GetEnvironmentVariable(EndpointName) is not null;

    /// <summary>In the registry as a push-manager, until it ends.</summary>
    public static EtcdChild Registers(Uri endpoint) => new(endpoint, nameof(Registers));

    /// <summary>Stands for election, and leads if it can, until it ends.</summary>
    public static EtcdChild Campaigns(Uri endpoint) => new(endpoint, nameof(Campaigns));

    /// <summary>What a child does.</summary>
    public static async Task RunAsync()
    {
        using EtcdClient etcd = new(new EtcdOptions
        {
            Endpoints = EtcdOptions.ParseEndpoints(Environment.GetEnvironmentVariable(EndpointName)!),
        });
        Task end = Console.OpenStandardInput().ReadAsync(new byte[1]).AsTask();
        if (Environment.GetEnvironmentVariable(TaskName) == nameof(Registers))
        {
            await using Registry registry = new(etcd, TestMember.Of(Id), TestMember.Options);
            registry.Start();
            await end;
            return;
        }

        await using Election election = new(etcd);
        election.Start();
        await using Leadership leadership = await election.CampaignAsync(Id, TestMember.Options.TimeToLive);
        await etcd.PutAsync(TermKey, Encoding.UTF8.GetBytes($"{leadership.Term}"));
        TaskCompletionSource lost = new();
        await using CancellationTokenRegistration registration = leadership.Lost.Register(lost.SetResult);
        await lost.Task;
        await etcd.PutAsync(TermKey, leadership.IsHeld ? "still held"u8.ToArray() : "lost"u8.ToArray());
        await end;
    }

    /// <summary>kill -9.</summary>
    public void Kill() => _process.Kill();

    /// <summary>It stops as a process should, and gives back what it has.</summary>
    /// <returns>What it has to say, when it has ended well.</returns>
    public async Task<string> StopAsync()
    {
        _process.StandardInput.Close();
        string said = await _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync();
        Assert.True(_process.ExitCode == 0, said);
        return said;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
