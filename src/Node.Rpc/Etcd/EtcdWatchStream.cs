using Grpc.Core;
using Node.Protocol.Etcd;

namespace Node.Rpc.Etcd;

/// <summary>
/// One watch over one stream, until that breaks. A silent stream is asked for a sign of life, since a frozen etcd, or one behind a
/// dead network, breaks nothing. One task at a time.
/// </summary>
internal sealed class EtcdWatchStream : IDisposable
{
    private readonly EtcdClient _client;
    private readonly EtcdEndpoint _endpoint;
    private readonly CancellationToken _stop;
    private readonly CancellationTokenSource _closed;
    private readonly AsyncDuplexStreamingCall<WatchRequest, WatchResponse> _call;
    private volatile bool _isReading;
    private volatile bool _isSilent;
    private long _heard;

    private EtcdWatchStream(EtcdClient client, EtcdEndpoint endpoint, CallOptions options, CancellationToken stop)
    {
        (_client, _endpoint, _stop) = (client, endpoint, stop);
        _closed = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _call = endpoint.Watches.Watch(options.WithCancellationToken(_closed.Token));
    }

    /// <summary>Begins to watch; etcd has taken the watch when this is done.</summary>
    /// <param name="client">Names the endpoint.</param>
    /// <param name="prefix">Of the keys.</param>
    /// <param name="from">The first revision that is told.</param>
    /// <param name="stop">Ends it, now or later.</param>
    /// <exception cref="EtcdException">By its kind.</exception>
    public static async Task<EtcdWatchStream> OpenAsync(EtcdClient client, string prefix, long from, CancellationToken stop)
    {
        EtcdEndpoint endpoint = client.Endpoint;
        CallOptions options = await client.StreamOptionsAsync(endpoint, stop).ConfigureAwait(false);
        var stream = new EtcdWatchStream(client, endpoint, options, stop);
        try
        {
            await stream.CreateAsync(EtcdPrefix.Of(prefix), from).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>When an answer came last, or was asked for.</summary>
    public long Heard => Volatile.Read(ref _heard);

    /// <summary>The next answer that has events, or that says how far there are none.</summary>
    /// <exception cref="EtcdException">Compacted; or the stream is broken.</exception>
    public async Task<WatchResponse> NextAsync()
    {
        WatchResponse? whole = null;
        while (true)
        {
            WatchResponse answer = await ReadAsync().ConfigureAwait(false);
            // An answer to a probe belongs to no watch, and in some versions overtakes events: its revision says nothing.
            if (answer.WatchId < 0)
            {
                continue;
            }

            whole?.Events.AddRange(answer.Events);
            whole ??= answer;
            if (!answer.Fragment)
            {
                return whole;
            }
        }
    }

    public void Dispose()
    {
        _closed.Cancel();
        _call.Dispose();
        _closed.Dispose();
    }

    private async Task CreateAsync(EtcdPrefix prefix, long from)
    {
        _ = ProbeAsync(new WatchRequest
        {
            CreateRequest = new WatchCreateRequest
            {
                Key = prefix.From, RangeEnd = prefix.Until, StartRevision = from, ProgressNotify = true, Fragment = true,
            },
        });
        await ReadAsync().ConfigureAwait(false);
    }

    private async Task<WatchResponse> ReadAsync()
    {
        try
        {
            Volatile.Write(ref _heard, _client.Time.GetTimestamp());
            _isReading = true;
            bool any = await _call.ResponseStream.MoveNext(_closed.Token).ConfigureAwait(false);
            _isReading = false;
            return any ? Checked(_call.ResponseStream.Current) : throw Broken(EtcdError.Unavailable, "ended the watch");
        }
        catch (Exception error) when (error is RpcException or OperationCanceledException)
        {
            _stop.ThrowIfCancellationRequested();
            _client.Leave(_endpoint);
            throw _isSilent ? Broken(EtcdError.Unavailable, $"silent for {_client.Options.ProbeTimeout}")
                : error is RpcException failed ? EtcdException.From(failed, _endpoint.Address)
                : Broken(EtcdError.Unavailable, error.Message);
        }
    }

    private WatchResponse Checked(WatchResponse answer)
    {
        if (!answer.Canceled)
        {
            return answer;
        }

        if (answer.CompactRevision > 0)
        {
            throw Broken(EtcdError.Compacted, $"compacted up to {answer.CompactRevision}");
        }

        bool isDenied = answer.CancelReason.Contains("permission denied", StringComparison.Ordinal)
            || answer.CancelReason.Contains("auth", StringComparison.Ordinal);
        throw Broken(isDenied ? EtcdError.Denied : EtcdError.Unavailable, "cancelled the watch: " + answer.CancelReason);
    }

    private EtcdException Broken(EtcdError kind, string what) => new(kind, $"etcd at {_endpoint.Address.Authority}: {what}");

    // Writes all there is to write: what creates the watch, then probes. A write that gets stuck must not keep silence from being noticed.
    private async Task ProbeAsync(WatchRequest create)
    {
        try
        {
            using PeriodicTimer timer = new(_client.Options.ProbeInterval, _client.Time);
            Task written = _call.RequestStream.WriteAsync(create);
            while (await timer.WaitForNextTickAsync(_closed.Token).ConfigureAwait(false))
            {
                // While nobody reads, silence says nothing.
                TimeSpan silence = _isReading ? _client.Time.GetElapsedTime(Heard) : TimeSpan.Zero;
                if (silence > _client.Options.ProbeTimeout)
                {
                    _isSilent = true;
                    await _closed.CancelAsync().ConfigureAwait(false);
                    await written.ConfigureAwait(false);
                }
                else if (silence > _client.Options.ProbeInterval / 2 && written.IsCompleted)
                {
                    await written.ConfigureAwait(false);
                    written = _call.RequestStream.WriteAsync(new WatchRequest { ProgressRequest = new() });
                }
            }
        }
        catch (Exception error) when (error is RpcException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The stream is broken or closed: the reader tells.
        }
    }
}
