using System.Runtime.Versioning;
using Node.Transport.Linux;

namespace Node.Transport;

/// <summary>The event loops of a process. Any thread.</summary>
public sealed class LoopGroup : IDisposable
{
    private readonly EventLoop[] _loops;

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

    public static LoopGroup Epoll(int count) =>
        OperatingSystem.IsLinux()
            ? new LoopGroup(count, NewEpollPoller)
            : throw new PlatformNotSupportedException("epoll needs Linux; set node.transport to sockets");

    public static LoopGroup Sockets(int count) => new(count, static () => new ParkingPoller());

    [SupportedOSPlatform("linux")]
    private static EpollPoller NewEpollPoller() => new();

    public void Start()
    {
        foreach (EventLoop loop in _loops)
        {
            loop.Start();
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
