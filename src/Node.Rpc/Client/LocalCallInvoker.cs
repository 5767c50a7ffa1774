using System.Threading.Channels;
using Grpc.Core;

namespace Node.Rpc;

/// <summary>
/// Calls a service of this same process: no socket, no bytes; messages are handed over as they are, so neither side may change one that
/// it has passed on. Calls with one message each way, and with streams both ways; the others are not supported. Any thread.
/// </summary>
public sealed class LocalCallInvoker : CallInvoker
{
    // Messages of a stream that may wait for their reader; then the writer waits.
    private const int Window = 16;

    private readonly Handlers _handlers = new();

    /// <param name="service">Derives from a generated base.</param>
    /// <exception cref="ArgumentException">It does not.</exception>
    public LocalCallInvoker(object service) => GeneratedService.Bind(service, _handlers);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var handler = _handlers.Find<UnaryServerMethod<TRequest, TResponse>>(method.FullName);
        var call = new LocalCall(method.FullName, options);
        Task<TResponse> response = call.RunAsync(() => handler(request, call));
        return new AsyncUnaryCall<TResponse>(response, call.Headers, () => call.Status, () => call.ResponseTrailers, call.Cancel);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var handler = _handlers.Find<DuplexStreamingServerMethod<TRequest, TResponse>>(method.FullName);
        var call = new LocalCall(method.FullName, options);
        var requests = new LocalStream<TRequest>(Window, call.CancellationToken);
        var responses = new LocalStream<TResponse>(Window, call.CancellationToken);
        Task<bool> running = call.RunAsync(async () =>
        {
            await handler(requests, responses, call);
            return true;
        });
        _ = running.ContinueWith(
            ended =>
            {
                Exception? error = ended.Exception?.InnerException;
                requests.End(error ?? new RpcException(new Status(StatusCode.OK, "the call has ended")));
                responses.End(error);
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            requests, responses, call.Headers, () => call.Status, () => call.ResponseTrailers, call.Cancel);
    }

    /// <exception cref="NotSupportedException">Always.</exception>
    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException(method.FullName);

    /// <exception cref="NotSupportedException">Always.</exception>
    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException(method.FullName);

    /// <summary>The service's methods by their paths, as its generated code has them.</summary>
    private sealed class Handlers : ServiceBinderBase
    {
        private readonly Dictionary<string, Delegate> _byPath = [];

        public T Find<T>(string path)
            where T : Delegate => (T)_byPath[path];

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse> handler) => _byPath.Add(method.FullName, handler);

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse> handler) => _byPath.Add(method.FullName, handler);

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse> handler) => _byPath.Add(method.FullName, handler);

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse> handler) => _byPath.Add(method.FullName, handler);
    }

    /// <summary>One direction of a call: what its writer says, and its reader hears.</summary>
    private sealed class LocalStream<T>(int window, CancellationToken over) : IClientStreamWriter<T>, IServerStreamWriter<T>, IAsyncStreamReader<T>
        where T : class
    {
        private readonly Channel<T> _waiting = Channel.CreateBounded<T>(window);
        private T? _current;

        public WriteOptions? WriteOptions { get; set; }

        public T Current => _current ?? throw new InvalidOperationException("there is no message");

        public async Task WriteAsync(T message)
        {
            try
            {
                await _waiting.Writer.WriteAsync(message, over);
            }
            catch (ChannelClosedException closed)
            {
                throw closed.InnerException ?? new InvalidOperationException("the stream is closed");
            }
        }

        public Task CompleteAsync()
        {
            End(null);
            return Task.CompletedTask;
        }

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            // A reader that waits is told of the call's end by End.
            while (await _waiting.Reader.WaitToReadAsync(cancellationToken))
            {
                if (_waiting.Reader.TryRead(out _current)) return true;
            }

            return false;
        }

        /// <summary>Nothing follows; what was written is still read.</summary>
        public void End(Exception? why) => _waiting.Writer.TryComplete(why);
    }
}
