using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Node.Protocol.Etcd;

namespace Node.Rpc.Etcd;

/// <summary>
/// Keys and values of etcd. A call that fails at one endpoint goes to the next; a write only where it surely has not reached the
/// first (else: <see cref="EtcdError.Undecided"/>). Any thread.
/// </summary>
public sealed class EtcdClient : IDisposable
{
    // Of a prefix, so many keys an answer: far from the limit on a message even with values of some kilobytes.
    private const int PageSize = 500;

    private readonly EtcdEndpoints _endpoints;

    public EtcdClient(EtcdOptions options, ILogger? log = null, TimeProvider? time = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(options.Endpoints.Count);
        (Options, Log, Time) = (options, log ?? NullLogger.Instance, time ?? TimeProvider.System);
        _endpoints = new EtcdEndpoints(options);
    }

    public EtcdOptions Options { get; }

    internal ILogger Log { get; }

    internal TimeProvider Time { get; }

    /// <summary>Null: there is no such key.</summary>
    /// <exception cref="EtcdException">By its <see cref="EtcdException.Error"/>.</exception>
    public async Task<EtcdKeyValue?> GetAsync(string key, CancellationToken cancel = default)
    {
        RangeResponse answer = await RangeAsync(new RangeRequest { Key = ByteString.CopyFromUtf8(key) }, cancel).ConfigureAwait(false);
        return answer.Kvs.Count == 0 ? null : EtcdKeyValue.From(answer.Kvs[0]);
    }

    /// <summary>All that stands under a prefix at one moment.</summary>
    /// <param name="prefix">Of the keys; empty: all there are.</param>
    /// <param name="revision">Which moment; 0: now.</param>
    /// <param name="keysOnly">Leaves the values out.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="EtcdException">Compacted or FutureRevision: that moment is not known; or another one.</exception>
    public async Task<EtcdRange> RangeAsync(string prefix, long revision = 0, bool keysOnly = false, CancellationToken cancel = default)
    {
        var rest = EtcdPrefix.Of(prefix);
        List<EtcdKeyValue> values = [];
        while (true)
        {
            RangeResponse page = await RangeAsync(
                new RangeRequest { Key = rest.From, RangeEnd = rest.Until, Revision = revision, Limit = PageSize, KeysOnly = keysOnly },
                cancel).ConfigureAwait(false);
            revision = revision == 0 ? page.Header.Revision : revision;
            values.AddRange(page.Kvs.Select(EtcdKeyValue.From));
            if (!page.More)
            {
                return new EtcdRange(revision, values);
            }

            rest = rest.After(page.Kvs[^1].Key);
        }
    }

    /// <param name="key">The key.</param>
    /// <param name="value">Not copied: it must stay as it is until the put is done.</param>
    /// <param name="lease">What the key goes with; 0: it stays.</param>
    /// <param name="cancel">Gives up; the put may still happen.</param>
    /// <returns>The revision that it made.</returns>
    /// <exception cref="EtcdException">By its <see cref="EtcdException.Error"/>.</exception>
    public async Task<long> PutAsync(string key, ReadOnlyMemory<byte> value, long lease = 0, CancellationToken cancel = default)
    {
        PutRequest put = PutOf(key, value, lease);
        PutResponse answer = await CallAsync((etcd, options) => etcd.Keys.PutAsync(put, options), false, cancel).ConfigureAwait(false);
        return answer.Header.Revision;
    }

    /// <returns>Whether there was such a key.</returns>
    /// <exception cref="EtcdException">By its <see cref="EtcdException.Error"/>.</exception>
    public async Task<bool> DeleteAsync(string key, CancellationToken cancel = default)
    {
        var delete = new DeleteRangeRequest { Key = ByteString.CopyFromUtf8(key) };
        DeleteRangeResponse answer = await CallAsync((etcd, options) => etcd.Keys.DeleteRangeAsync(delete, options), false, cancel)
            .ConfigureAwait(false);
        return answer.Deleted > 0;
    }

    /// <exception cref="ArgumentException">More operations than <see cref="EtcdOptions.MaxTxnOperations"/>.</exception>
    /// <exception cref="EtcdException">By its <see cref="EtcdException.Error"/>.</exception>
    public async Task<EtcdTxnResult> TxnAsync(EtcdTxn txn, CancellationToken cancel = default)
    {
        if (txn.Count > Options.MaxTxnOperations)
        {
            throw new ArgumentException($"A transaction of {txn.Count} operations, more than the {Options.MaxTxnOperations} that etcd takes", nameof(txn));
        }

        TxnResponse answer = await CallAsync((etcd, options) => etcd.Keys.TxnAsync(txn.Request, options), false, cancel).ConfigureAwait(false);
        return ResultOf(answer, answer.Header.Revision);
    }

    /// <summary>Forgets what was before a revision; watches that are behind it start over.</summary>
    /// <exception cref="EtcdException">Compacted: it was forgotten before; or another one.</exception>
    public Task CompactAsync(long revision, CancellationToken cancel = default) =>
        CallAsync((etcd, options) => etcd.Keys.CompactAsync(new CompactionRequest { Revision = revision }, options), true, cancel);

    public void Dispose() => _endpoints.Dispose();

    internal static PutRequest PutOf(string key, ReadOnlyMemory<byte> value, long lease) => new()
    {
        Key = ByteString.CopyFromUtf8(key), Value = UnsafeByteOperations.UnsafeWrap(value), Lease = lease,
    };

    /// <summary>The endpoint of the moment, for a stream; whoever sees it fail says so by <see cref="Leave"/>.</summary>
    internal EtcdEndpoint Endpoint => _endpoints.Current;

    /// <summary>The next call goes elsewhere.</summary>
    internal void Leave(EtcdEndpoint failed) => _endpoints.Leave(failed);

    /// <summary>For a stream: without a deadline, ended by etcd where its member has lost the leader.</summary>
    internal async Task<CallOptions> StreamOptionsAsync(EtcdEndpoint endpoint, CancellationToken cancel)
    {
        Metadata headers = await _endpoints.Credentials.HeadersAsync(endpoint, cancel).ConfigureAwait(false);
        headers.Add("hasleader", "true");
        return new CallOptions(headers).WithCancellationToken(cancel);
    }

    /// <summary>The next call brings a new token.</summary>
    internal void ForgetToken() => _endpoints.Credentials.Forget();

    /// <summary>One call, at as many endpoints as it takes.</summary>
    /// <param name="call">Made once a try.</param>
    /// <param name="repeatable">It does no harm if it is done twice.</param>
    /// <param name="cancel">Gives up.</param>
    internal async Task<T> CallAsync<T>(Func<EtcdEndpoint, CallOptions, AsyncUnaryCall<T>> call, bool repeatable, CancellationToken cancel)
    {
        bool renewed = false;
        for (int triesLeft = _endpoints.Count + 1; ;)
        {
            EtcdEndpoint endpoint = Endpoint;
            try
            {
                return await _endpoints.CallAsync(endpoint, call, cancel).ConfigureAwait(false);
            }
            catch (EtcdException refused) when (refused.IsTokenRefused && _endpoints.Credentials.CanRenew && !renewed)
            {
                renewed = true;
                ForgetToken();
            }
            catch (EtcdException failed) when (failed.IsPassing)
            {
                Leave(endpoint);
                if (--triesLeft == 0 || (failed.Error == EtcdError.Undecided && !repeatable))
                {
                    throw;
                }
            }
        }
    }

    // All parts are one step of the store: its revision is theirs.
    private static EtcdTxnResult ResultOf(TxnResponse answer, long revision)
    {
        EtcdKeyValue?[] read = answer.Succeeded ? [] : [.. answer.Responses.Select(response => FirstOf(response.ResponseRange))];
        EtcdTxnResult[] parts =
        [
            .. answer.Responses.Where(response => response.ResponseTxn is not null).Select(response => ResultOf(response.ResponseTxn, revision)),
        ];
        return new EtcdTxnResult(answer.Succeeded, revision, read, parts);
    }

    private static EtcdKeyValue? FirstOf(RangeResponse range) => range.Kvs.Count == 0 ? null : EtcdKeyValue.From(range.Kvs[0]);

    private Task<RangeResponse> RangeAsync(RangeRequest request, CancellationToken cancel) =>
        CallAsync((etcd, options) => etcd.Keys.RangeAsync(request, options), true, cancel);
}
