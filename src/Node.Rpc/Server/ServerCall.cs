using System.Diagnostics;
using System.IO.Pipelines;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Node.Rpc;

/// <summary>
/// One call on the server: what its handler sees, its messages, and its end. The handler's; other threads only end it.
/// </summary>
/// <remarks>
/// Nothing is built before it is asked for: a unary call without deadline and metadata is this object, its reader and its writer.
/// </remarks>
internal sealed class ServerCall : ServerCallContext
{
    private readonly HttpContext _http;
    private readonly RpcServerOptions _options;
    private readonly ILogger _log;
    private readonly MessageReader _reader;
    private readonly CallDeadline? _deadline;
    private MessageWriter? _writer;
    private Metadata? _requestHeaders;
    private Metadata? _responseTrailers;

    public ServerCall(HttpContext http, string method, RpcServerOptions options, ILogger log, TimeSpan? timeout)
    {
        _http = http;
        _options = options;
        _log = log;
        Method = method;
        _reader = new MessageReader(
            http.Request.BodyReader, options.MaxReceiveMessageSize, gzip: http.Request.Headers.GrpcEncoding == Gzip.Name);
        http.Response.ContentType = CallEnd.ContentType;
        if (timeout is { } left) _deadline = CallDeadline.Create(left, log, http.RequestAborted);
    }

    public override string Method { get; }

    public override string Host => _http.Request.Host.Value ?? "";

    public override string Peer => PeerName.Of(_http.Connection);

    public override DateTime Deadline => _deadline?.At ?? DateTime.MaxValue;

    public override Metadata RequestHeaders => _requestHeaders ??= ReadRequestHeaders();

    public override CancellationToken CancellationToken => _deadline?.Token ?? _http.RequestAborted;

    public override Metadata ResponseTrailers => _responseTrailers ??= new Metadata();

    public override Status Status { get; set; } = Status.DefaultSuccess;

    public override WriteOptions? WriteOptions { get; set; }

    private bool HasBegun => _writer is not null || _http.Response.HasStarted;

    private bool IsAborted => _http.RequestAborted.IsCancellationRequested;

    public override Task WriteResponseHeadersAsync(Metadata responseHeaders)
    {
        if (HasBegun) throw new InvalidOperationException("the response's headers have left");
        CallEnd.Add(_http.Response.Headers, responseHeaders);
        Writer();

        // A flush, not a start: that would leave the headers waiting for the first message.
        return _http.Response.BodyWriter.FlushAsync(_deadline?.Token ?? CancellationToken.None).AsTask();
    }

    /// <summary>Runs the handler and says how it went. It does not throw.</summary>
    public async Task RunAsync(Func<ServerCall, Task> handler)
    {
        Activity? activity = Activity.Current;
        if (activity is not null) activity.DisplayName = Method;
        Status status;
        try
        {
            await handler(this);

            // The client has given up: whatever the handler made of it, the call has not ended well.
            status = _deadline is { Token.IsCancellationRequested: true }
                ? new Status(StatusCode.DeadlineExceeded, "the deadline has passed")
                : Status;
        }
        catch (Exception exception)
        {
            status = StatusOf(exception);
        }

        activity?.SetTag("rpc.system", "grpc").SetTag("rpc.grpc.status_code", (int)status.StatusCode);
        if (status.StatusCode != StatusCode.OK && _log.IsEnabled(LogLevel.Debug))
        {
            _log.Ended(Method, Peer, status.StatusCode, status.Detail);
        }

        if (_http.Features.Get<IHttpMetricsTagsFeature>() is { } measured)
        {
            measured.Tags.Add(new KeyValuePair<string, object?>("rpc.method", Method));
            measured.Tags.Add(new KeyValuePair<string, object?>("rpc.status", status.StatusCode.ToString()));
        }

        CallEnd.Write(_http, status, _responseTrailers, HasBegun);
        if (_deadline is not null) await _deadline.DisposeAsync();
    }

    /// <returns>Null where the client has said all.</returns>
    public ValueTask<T?> ReadAsync<T>(Marshaller<T> marshaller, CancellationToken cancellation)
        where T : class
    {
        // Without a deadline nothing is to be watched: Kestrel itself ends the reading of a call that is over.
        if (_deadline is null || cancellation == _deadline.Token) return _reader.ReadAsync(marshaller, cancellation);
        return cancellation.CanBeCanceled
            ? ReadAsync(marshaller, cancellation, _deadline.Token)
            : _reader.ReadAsync(marshaller, _deadline.Token);
    }

    /// <summary>The request of a call that has one.</summary>
    public ValueTask<T> ReadOnlyAsync<T>(Marshaller<T> marshaller)
        where T : class => _reader.ReadOnlyAsync(marshaller, _deadline?.Token ?? CancellationToken.None);

    /// <summary>The response of a call that has one: leaves together with the status.</summary>
    public void WriteOnly<T>(T message, Marshaller<T> marshaller)
    {
        if (Status.StatusCode == StatusCode.OK) Writer().Write(message, marshaller, WriteOptions);
    }

    /// <summary>A message of a stream. Complete when the client's flow control has room.</summary>
    /// <exception cref="OperationCanceledException">The call has ended.</exception>
    public async Task WriteAsync<T>(T message, Marshaller<T> marshaller, WriteOptions? options)
    {
        CancellationToken.ThrowIfCancellationRequested();
        if (Writer().Write(message, marshaller, options ?? WriteOptions))
        {
            await _http.Response.BodyWriter.FlushAsync(_deadline?.Token ?? CancellationToken.None);
        }
    }

    private async ValueTask<T?> ReadAsync<T>(Marshaller<T> marshaller, CancellationToken one, CancellationToken other)
        where T : class
    {
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(one, other);
        return await _reader.ReadAsync(marshaller, both.Token);
    }

    private MessageWriter Writer()
    {
        if (_writer is not null) return _writer;
        bool gzip = _options.Compress && Accepts(_http.Request.Headers.GrpcAcceptEncoding, Gzip.Name);
        if (gzip) _http.Response.Headers.GrpcEncoding = Gzip.Name;
        PipeWriter output = _http.Response.BodyWriter;
        return _writer = new MessageWriter(output, _options.MaxSendMessageSize, gzip);
    }

    private Status StatusOf(Exception exception)
    {
        // Whatever it looks like from within: it broke because the call was over. Who reads may learn it before the token does.
        if (IsAborted || _reader.IsBroken) return new Status(StatusCode.Cancelled, "the client has cancelled, or is gone");
        if (_deadline is { Token.IsCancellationRequested: true }) return new Status(StatusCode.DeadlineExceeded, "the deadline has passed");
        if (exception is RpcException { StatusCode: not StatusCode.OK } own)
        {
            foreach (Metadata.Entry entry in own.Trailers)
            {
                ResponseTrailers.Add(entry);
            }

            return own.Status;
        }

        _log.HandlerFailed(exception, Method, Peer);
        return new Status(StatusCode.Unknown, "the handler failed");
    }

    private Metadata ReadRequestHeaders()
    {
        var metadata = new Metadata();
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in _http.Request.Headers)
        {
            foreach (string? value in values)
            {
                MetadataText.AddReceived(metadata, name, value ?? "");
            }
        }

        return metadata;
    }

    private static bool Accepts(string? list, string encoding)
    {
        foreach (Range part in list.AsSpan().Split(','))
        {
            if (list.AsSpan(part).Trim().SequenceEqual(encoding)) return true;
        }

        return false;
    }
}
