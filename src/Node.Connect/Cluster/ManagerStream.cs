using System.Threading.Channels;
using Grpc.Core;
using Node.Protocol.Connect;

namespace Node.Connect.Cluster;

/// <summary>One push-manager's call of <c>Attach</c>: what comes goes to the bus's thread, what that sends waits here for the network.</summary>
internal sealed class ManagerStream(ManagerBus bus) : IManagerStream
{
    // A manager that does not take so many messages, each a whole turn's, is as good as gone: the call ends, and it attaches again.
    private const int MaxWaiting = 10_000;

    private readonly Channel<FromNode> _waiting = Channel.CreateBounded<FromNode>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Send(FromNode message)
    {
        if (!_waiting.Writer.TryWrite(message)) _full.TrySetResult();
    }

    /// <summary>Serves the call until one side ends it.</summary>
    /// <exception cref="RpcException">The manager has not said who it is, or does not take what it is sent.</exception>
    public async Task RunAsync(
        IAsyncStreamReader<FromManager> fromManager, IServerStreamWriter<FromNode> toManager, CancellationToken ended)
    {
        if (!await fromManager.MoveNext(ended).ConfigureAwait(false) || fromManager.Current.Hello is not { } hello)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, "the first message must be a hello"));
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(ended);
        ManagerLink? link = null;
        bus.Post(() => link = bus.Core.Attach(hello, this));
        Task writing = WriteAsync(toManager, over.Token);
        Task reading = ReadAsync(fromManager, message => bus.Core.Receive(link!, message), over.Token);
        try
        {
            if (await Task.WhenAny(reading, _full.Task).ConfigureAwait(false) == _full.Task)
            {
                throw new RpcException(new Status(StatusCode.ResourceExhausted, "the manager does not take what it is sent"));
            }

            await reading.ConfigureAwait(false);
        }
        finally
        {
            _waiting.Writer.TryComplete();
            await over.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(reading, writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            bus.Post(() => bus.Core.Detach(link!));
        }
    }

    private async Task ReadAsync(IAsyncStreamReader<FromManager> fromManager, Action<FromManager> receive, CancellationToken ended)
    {
        while (await fromManager.MoveNext(ended).ConfigureAwait(false))
        {
            FromManager message = fromManager.Current;
            bus.Post(() => receive(message));
        }
    }

    private async Task WriteAsync(IServerStreamWriter<FromNode> toManager, CancellationToken ended)
    {
        await foreach (FromNode message in _waiting.Reader.ReadAllAsync(ended).ConfigureAwait(false))
        {
            await toManager.WriteAsync(message).ConfigureAwait(false);
        }
    }
}
