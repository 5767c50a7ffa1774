using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Grpc.Core;

namespace Node.Rpc;

/// <summary>
/// One call on the client: the request that carries it, its messages, and its end, which is what comes first of the server's
/// status, a failure, the deadline, and a cancellation. Reads one at a time; the rest from any thread.
/// </summary>
internal sealed class ClientCall<TRequest, TResponse> : IDisposable
    where TRequest : class
    where TResponse : class
{
    // Read from the connection at once; a call that waits holds no buffer.
    private static readonly StreamPipeReaderOptions ReaderOptions = new(bufferSize: 16 * 1024, useZeroByteReads: true);

    // What a timer takes; beyond it only the server watches the deadline.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

    private readonly GrpcChannel _channel;
    private readonly Method<TRequest, TResponse> _method;
    private readonly CallOptions _options;
    private readonly CancellationTokenSource _source;
    private readonly TaskCompletionSource<Metadata> _headers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _started = Task.CompletedTask;
    private StreamedContent? _streamed;
    private HttpResponseMessage? _response;
    private MessageReader? _reader;
    private End? _end;
    private volatile bool _isDisposed;

    public ClientCall(GrpcChannel channel, Method<TRequest, TResponse> method, CallOptions options)
    {
        _channel = channel;
        _method = method;
        _options = options;
        _source = CancellationTokenSource.CreateLinkedTokenSource(options.CancellationToken, channel.Disposed);
        Ending = _source.Token;
    }

    public Task<Metadata> ResponseHeadersAsync => _headers.Task;

    /// <summary>Cancelled when the call is over on this side, unless it ended well.</summary>
    public CancellationToken Ending { get; }

    private End? Ended => Volatile.Read(ref _end);

    /// <summary>A call with one request.</summary>
    public void Start(TRequest request)
    {
        var bytes = new ArrayBufferWriter<byte>();
        try
        {
            Write(CreateWriter(bytes), request, null);
        }
        catch (RpcException exception)
        {
            Finish(exception.Status, Metadata.Empty);
            return;
        }

        MemoryMarshal.TryGetArray(bytes.WrittenMemory, out ArraySegment<byte> body);
        Send(new WholeContent(body));
    }

    /// <summary>A call with a stream of requests.</summary>
    public ClientStreamWriter<TRequest, TResponse> Start()
    {
        _streamed = new StreamedContent();
        Send(_streamed);
        return new ClientStreamWriter<TRequest, TResponse>(this, _streamed);
    }

    public MessageWriter CreateWriter(IBufferWriter<byte> output) =>
        new(output, _channel.Options.MaxSendMessageSize, _channel.Options.Compress);

    /// <returns>Whether it has to leave now.</returns>
    public bool Write(MessageWriter writer, TRequest message, WriteOptions? options) =>
        writer.Write(message, _method.RequestMarshaller, options ?? _options.WriteOptions);

    /// <returns>Null where the server has said all, with OK.</returns>
    /// <exception cref="RpcException">The call ended with another status.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TResponse?> ReadAsync()
    {
        try
        {
            await _started;
            if (Ended is null)
            {
                TResponse? message = await _reader!.ReadAsync(_method.ResponseMarshaller, Ending);
                if (message is not null) return message;
                FinishByTrailers();
            }
        }
        catch (Exception exception)
        {
            Fail(exception);
        }

        _reader?.Complete();
        return Ended!.Status.StatusCode == StatusCode.OK ? null : throw Ended.Why();
    }

    /// <summary>The response of a call that has one.</summary>
    /// <exception cref="RpcException">The call ended with another status, or with none or several messages (INTERNAL).</exception>
    public async Task<TResponse> ReadOnlyAsync()
    {
        TResponse? message = await ReadAsync();
        if (message is not null && await ReadAsync() is null) return message;
        Dispose();
        throw Failures.Internal($"the server answered {_method.FullName} with {(message is null ? "no message" : "several messages")}");
    }

    /// <exception cref="InvalidOperationException">The call has not ended.</exception>
    public Status GetStatus() => Ended?.Status ?? throw new InvalidOperationException("the call has not ended");

    /// <inheritdoc cref="GetStatus"/>
    public Metadata GetTrailers() => Ended?.Trailers ?? throw new InvalidOperationException("the call has not ended");

    /// <summary>Why nothing more can be written: the call's own end where it is known.</summary>
    public async Task<RpcException> WhyAsync(Exception failure)
    {
        // A server that takes nothing more has mostly said why, and that is on its way; only who reads sees it come.
        await _started;
        return Ended is { Status.StatusCode: not StatusCode.OK } end
            ? end.Why()
            : new RpcException(new Status(StatusCode.Unavailable, "the server takes nothing more; reading tells why", failure));
    }

    /// <summary>Cancels what has not ended.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        Fail(new OperationCanceledException());
    }

    public void Fail(Exception exception)
    {
        bool isCancelled = _isDisposed
            || _options.CancellationToken.IsCancellationRequested
            || _channel.Disposed.IsCancellationRequested;
        if (isCancelled)
        {
            Finish(new Status(StatusCode.Cancelled, "the call was cancelled"), Metadata.Empty);
        }
        else if (Ending.IsCancellationRequested)
        {
            Finish(new Status(StatusCode.DeadlineExceeded, "the deadline has passed"), Metadata.Empty);
        }
        else
        {
            Finish(ClientStatus.Of(exception, _channel.Target), Metadata.Empty);
        }
    }

    private void Send(HttpContent content)
    {
        HttpRequestMessage request = CreateRequest(content);
        if (_options.Deadline is { } deadline && deadline != DateTime.MaxValue)
        {
            TimeSpan left = deadline.ToUniversalTime() - DateTime.UtcNow;
            request.Headers.TryAddWithoutValidation("grpc-timeout", GrpcTimeout.Format(left));
            if (left <= TimeSpan.Zero) _source.Cancel();
            else if (left < LongestTimer) _source.CancelAfter(left);
        }

        Ending.UnsafeRegister(static call => ((ClientCall<TRequest, TResponse>)call!).Fail(new OperationCanceledException()), this);
        _started = SendAsync(request);
    }

    private HttpRequestMessage CreateRequest(HttpContent content)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _channel.UriOf(_method.FullName))
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        System.Net.Http.Headers.HttpRequestHeaders headers = request.Headers;
        headers.TryAddWithoutValidation("te", "trailers");
        headers.TryAddWithoutValidation("grpc-accept-encoding", Gzip.Accepted);
        if (_channel.Options.Compress) headers.TryAddWithoutValidation("grpc-encoding", Gzip.Name);
        if (_channel.Authorization is { } authorization) headers.TryAddWithoutValidation(TokenHeader.Name, authorization);
        foreach (Metadata.Entry entry in _options.Headers ?? Metadata.Empty)
        {
            if (!MetadataText.IsReserved(entry.Key)) headers.TryAddWithoutValidation(entry.Key, MetadataText.Value(entry));
        }

        return request;
    }

    /// <summary>Complete with the headers; it does not throw.</summary>
    private async Task SendAsync(HttpRequestMessage request)
    {
        try
        {
            HttpResponseMessage response = await _channel.SendAsync(request, Ending);
            Interlocked.Exchange(ref _response, response);
            if (Ended is not null)
            {
                // Who ended it saw no response to let go of.
                response.Dispose();
            }
            else if (ClientStatus.Read(response.Headers) is { } status)
            {
                // Headers and trailers in one: the server has nothing else to say.
                Finish(status, ClientStatus.ReadMetadata(response.Headers));
            }
            else if (response.StatusCode != HttpStatusCode.OK)
            {
                Finish(ClientStatus.Of(response.StatusCode), Metadata.Empty);
            }
            else
            {
                await OpenAsync(response);
            }
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    private async Task OpenAsync(HttpResponseMessage response)
    {
        string? type = response.Content.Headers.ContentType?.MediaType;
        if (type?.StartsWith(CallEnd.ContentType, StringComparison.Ordinal) != true)
        {
            Finish(new Status(StatusCode.Unknown, $"the server answered with '{type}', not with {CallEnd.ContentType}"), Metadata.Empty);
            return;
        }

        string? encoding = ClientStatus.First(response.Headers, "grpc-encoding");
        if (encoding is not (null or "identity" or Gzip.Name))
        {
            Finish(new Status(StatusCode.Internal, $"the server answered in the encoding '{encoding}'"), Metadata.Empty);
            return;
        }

        PipeReader body = PipeReader.Create(await response.Content.ReadAsStreamAsync(), ReaderOptions);
        _reader = new MessageReader(body, _channel.Options.MaxReceiveMessageSize, encoding == Gzip.Name);
        _headers.TrySetResult(ClientStatus.ReadMetadata(response.Headers));
    }

    private void FinishByTrailers()
    {
        HttpResponseMessage response = _response!;
        Status status = ClientStatus.Read(response.TrailingHeaders)
            ?? new Status(StatusCode.Unknown, "the server ended the call without a status");
        Finish(status, ClientStatus.ReadMetadata(response.TrailingHeaders));
    }

    /// <summary>The first one counts; it lets go of everything.</summary>
    private void Finish(Status status, Metadata trailers)
    {
        if (Interlocked.CompareExchange(ref _end, new End(status, trailers), null) is not null) return;
        if (status.StatusCode == StatusCode.OK)
        {
            _headers.TrySetResult(Metadata.Empty);
        }
        else
        {
            // Looked at here, since nobody else may: else it counts as an exception that was overlooked.
            if (_headers.TrySetException(_end.Why())) _ = _headers.Task.Exception;
            _source.Cancel();
        }

        _streamed?.Abandon();
        _response?.Dispose();
        _source.Dispose();
    }

    private sealed record End(Status Status, Metadata Trailers)
    {
        public RpcException Why() => new(Status, Trailers);
    }
}
