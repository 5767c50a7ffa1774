using Grpc.Core;

namespace Node.Rpc.Etcd;

/// <summary>The members of etcd, one of which is asked until it fails. Any thread.</summary>
internal sealed class EtcdEndpoints : IDisposable
{
    private readonly EtcdEndpoint[] _all;
    private readonly TimeSpan _timeout;
    private volatile EtcdEndpoint _current;

    public EtcdEndpoints(EtcdOptions options)
    {
        _all = [.. options.Endpoints.Select(address => new EtcdEndpoint(address, options))];
        _timeout = options.CallTimeout;
        _current = _all[0];
        Credentials = new EtcdCredentials(this, options);
    }

    public int Count => _all.Length;

    public EtcdEndpoint Current => _current;

    public EtcdCredentials Credentials { get; }

    /// <summary>Goes on to the next one, unless somebody has already.</summary>
    public void Leave(EtcdEndpoint failed)
    {
        EtcdEndpoint next = _all[(Array.IndexOf(_all, failed) + 1) % _all.Length];
        Interlocked.CompareExchange(ref _current, next, failed);
    }

    /// <summary>One try of one call.</summary>
    /// <exception cref="EtcdException">By its kind.</exception>
    public async Task<T> CallAsync<T>(EtcdEndpoint endpoint, Func<EtcdEndpoint, CallOptions, AsyncUnaryCall<T>> call, CancellationToken cancel)
    {
        Metadata headers = await Credentials.HeadersAsync(endpoint, cancel).ConfigureAwait(false);
        return await CallAsync(endpoint, call, headers, cancel).ConfigureAwait(false);
    }

    /// <inheritdoc cref="CallAsync{T}(EtcdEndpoint, Func{EtcdEndpoint, CallOptions, AsyncUnaryCall{T}}, CancellationToken)"/>
    public async Task<T> CallAsync<T>(
        EtcdEndpoint endpoint, Func<EtcdEndpoint, CallOptions, AsyncUnaryCall<T>> call, Metadata headers, CancellationToken cancel)
    {
        try
        {
            using AsyncUnaryCall<T> sent = call(endpoint, new CallOptions(headers, DateTime.UtcNow + _timeout, cancel));
            return await sent.ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException error)
        {
            cancel.ThrowIfCancellationRequested();
            throw EtcdException.From(error, endpoint.Address);
        }
    }

    public void Dispose()
    {
        foreach (EtcdEndpoint endpoint in _all)
        {
            endpoint.Dispose();
        }

        Credentials.Dispose();
    }
}
