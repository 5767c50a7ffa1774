using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Node.Transport.Linux;

namespace Node.Transport;

/// <summary>The event loops of a process. Any thread.</summary>
public sealed class LoopGroup : IDisposable
{
    private readonly EventLoop[] _loops;
    private bool _pin;

    /// <param name="count">How many; 0 means one a core.</param>
    /// <param name="createPoller">Makes each loop's poller.</param>
    public LoopGroup(int count, Func<Poller> createPoller)
    {
        _loops = new EventLoop[count > 0 ? count : Environment.ProcessorCount];
        for (int i = 0; i < _loops.Length; i++)
        {
            _loops[i] = new EventLoop(i, createPoller());
        }
    }

    public IReadOnlyList<EventLoop> Loops => _loops;

    /// <summary>Whether raw descriptors under epoll are an option here: on Linux, on a processor whose system calls we know.</summary>
    [SupportedOSPlatformGuard("linux")]
    public static bool HasEpoll { get; } = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is
        Architecture.X64 or Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64;

    /// <param name="count">How many; 0 means one a core.</param>
    /// <param name="batchFrom">See <see cref="TransportOptions.BatchFrom"/>.</param>
    /// <param name="busyPoll">See <see cref="TransportOptions.BusyPoll"/>.</param>
    /// <param name="pin">See <see cref="TransportOptions.PinLoops"/>.</param>
    /// <exception cref="PlatformNotSupportedException">There is no epoll here, see <see cref="HasEpoll"/>.</exception>
    public static LoopGroup Epoll(int count, int batchFrom = 0, TimeSpan busyPoll = default, bool pin = false) =>
        HasEpoll
            ? new LoopGroup(count, EpollPollers(batchFrom, busyPoll)) { _pin = pin }
            : throw new PlatformNotSupportedException("no epoll on this machine; set node.transport to sockets");

    public static LoopGroup Sockets(int count) => new(count, static () => new ParkingPoller());

    [SupportedOSPlatform("linux")]
    private static Func<Poller> EpollPollers(int batchFrom, TimeSpan busyPoll) => () => new EpollPoller(batchFrom, busyPoll);

    public void Start()
    {
        if (_pin && HasEpoll)
        {
            Pin();
        }

        foreach (EventLoop loop in _loops)
        {
            loop.Start();
        }
    }

    /// <summary>Before the loops run, so that it is the first that each does: a thread can be kept on a CPU by itself alone. A refusal is a loop's fault.</summary>
    [SupportedOSPlatform("linux")]
    private void Pin()
    {
        List<int> cpus = Affinity.Allowed();
        for (int i = 0; i < _loops.Length && cpus.Count > 0; i++)
        {
            int cpu = cpus[i % cpus.Count];
            _loops[i].Post(() => Affinity.Pin(cpu));
        }
    }

    /// <summary>Runs an action on a loop and waits for it, from any other thread.</summary>
    public static Task RunAsync(EventLoop loop, Action action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() =>
        {
            try
            {
                action();
                done.SetResult();
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        });
        return done.Task;
    }

    public void Dispose()
    {
        foreach (EventLoop loop in _loops)
        {
            loop.Dispose();
        }
    }
}
