using System.Threading.Channels;
using Grpc.Core;
using Node.Protocol.Connect;
using Node.Protocol.Push;
using Node.Push.Routing;
using Node.Rpc;

namespace Node.Push;

/// <summary>Keeps this manager attached to one node, from its start until it is disposed; a stream that breaks is opened again.</summary>
internal sealed class NodeConnector : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopped = new();
    private readonly GrpcChannel _channel;
    private readonly RouterThread _router;
    private readonly FromManager _hello;
    private readonly Action<string> _log;
    private readonly Task _running;

    /// <param name="address">Of the node: host:port.</param>
    /// <param name="options">Of the channel.</param>
    /// <param name="hello">Who this manager is.</param>
    /// <param name="router">Takes what comes.</param>
    /// <param name="log">Hears why a stream has ended.</param>
    public NodeConnector(
        string address, GrpcChannelOptions options, FromManager.Types.Hello hello, RouterThread router, Action<string> log)
    {
        _channel = GrpcChannel.ForAddress($"{(options.Tls is null ? "http" : "https")}://{address}", options);
        _router = router;
        _hello = new FromManager { Hello = hello };
        _log = log;
        _running = Task.Run(RunAsync);
    }

    /// <summary>Ends connections of a user on this node.</summary>
    /// <returns>How many; null: the node did not answer.</returns>
    public async Task<uint?> KickAsync(KickRequest request, CancellationToken cancellation)
    {
        try
        {
            var options = new CallOptions(null, DateTime.UtcNow + Patience, cancellation);
            return (await new NodeService.NodeServiceClient(_channel).KickAsync(request, options).ConfigureAwait(false)).Connections;
        }
        catch (RpcException error) when (error.StatusCode != StatusCode.InvalidArgument)
        {
            _log($"kick: {error.Message}");
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _channel.Dispose();
        _stopped.Dispose();
    }

    private async Task RunAsync()
    {
        TimeSpan pause = FirstPause;
        while (!_stopped.IsCancellationRequested)
        {
            try
            {
                await AttachAsync().ConfigureAwait(false);
                pause = FirstPause;
            }
            catch (Exception exception) when (exception is RpcException or OperationCanceledException or IOException)
            {
                if (!_stopped.IsCancellationRequested)
                {
                    _log(exception.Message);
                }
            }

            await Task.Delay(pause, _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task AttachAsync()
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stopped.Token);
        using AsyncDuplexStreamingCall<FromManager, FromNode> call = new NodeService.NodeServiceClient(_channel)
            .Attach(new CallOptions(null, null, ended.Token));
        await call.RequestStream.WriteAsync(_hello).ConfigureAwait(false);
        if (!await call.ResponseStream.MoveNext(ended.Token).ConfigureAwait(false) || call.ResponseStream.Current.Hello is not { } hello)
        {
            throw new RpcException(new Status(StatusCode.Internal, "the node has not said who it is"));
        }

        var stream = new NodeStream(ended);
        NodeLink? link = null;
        _router.Post(() =>
        {
            link = _router.Router.Attach(hello, stream);
            if (link is null)
            {
                stream.Break("a later start of the node is attached");
            }
        });
        Task writing = stream.WriteAsync(call.RequestStream);
        try
        {
            while (await call.ResponseStream.MoveNext(ended.Token).ConfigureAwait(false))
            {
                FromNode message = call.ResponseStream.Current;
                _router.Post(() =>
                {
                    if (link is not null)
                    {
                        _router.Router.Receive(link, message);
                    }
                });
            }
        }
        finally
        {
            _router.Post(() =>
            {
                if (link is not null)
                {
                    _router.Router.Detach(link);
                }
            });
            await ended.CancelAsync().ConfigureAwait(false);
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What waits for the network; bounded by what a node may leave unacknowledged.</summary>
    private sealed class NodeStream(CancellationTokenSource ended) : INodeStream
    {
        private readonly Channel<FromManager> _waiting = Channel.CreateUnbounded<FromManager>(
            new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

        public void Send(FromManager message) => _waiting.Writer.TryWrite(message);

        public void Break(string reason)
        {
            try
            {
                ended.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It has ended already.
            }
        }

        public async Task WriteAsync(IClientStreamWriter<FromManager> toNode)
        {
            await foreach (FromManager message in _waiting.Reader.ReadAllAsync(ended.Token).ConfigureAwait(false))
            {
                await toNode.WriteAsync(message).ConfigureAwait(false);
            }
        }
    }
}
