using Google.Protobuf;
using Node.Protocol.Etcd;

namespace Node.Rpc.Etcd;

/// <summary>
/// Conditions, what to do where all of them hold, and what else: one step of the store, with one revision. Without conditions it is
/// a batch. No key may be written twice. One thread.
/// </summary>
public sealed class EtcdTxn
{
    internal TxnRequest Request { get; } = new();

    /// <summary>The larger of both branches: what etcd counts.</summary>
    public int Count => Math.Max(Request.Compare.Count, Math.Max(Request.Success.Count, Request.Failure.Count));

    public EtcdTxn IfMissing(string key) => If(new Compare { Key = Bytes(key), Target = Compare.Types.CompareTarget.Create, CreateRevision = 0 });

    /// <summary>The key has not changed since this revision of it; 0: it is missing.</summary>
    public EtcdTxn IfModRevision(string key, long revision) =>
        If(new Compare { Key = Bytes(key), Target = Compare.Types.CompareTarget.Mod, ModRevision = revision });

    public EtcdTxn IfValue(string key, ReadOnlyMemory<byte> value) =>
        If(new Compare { Key = Bytes(key), Target = Compare.Types.CompareTarget.Value, Value = UnsafeByteOperations.UnsafeWrap(value) });

    /// <param name="key">The key.</param>
    /// <param name="value">Not copied: it must stay as it is until the transaction is done.</param>
    /// <param name="lease">What the key goes with; 0: it stays.</param>
    public EtcdTxn Put(string key, ReadOnlyMemory<byte> value, long lease = 0)
    {
        Request.Success.Add(new RequestOp { RequestPut = EtcdClient.PutOf(key, value, lease) });
        return this;
    }

    public EtcdTxn Delete(string key)
    {
        Request.Success.Add(new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = Bytes(key) } });
        return this;
    }

    /// <summary>Reads where a condition did not hold; the answer's <see cref="EtcdTxnResult.Read"/>, in the order of asking.</summary>
    public EtcdTxn ElseGet(string key)
    {
        Request.Failure.Add(new RequestOp { RequestRange = new RangeRequest { Key = Bytes(key) } });
        return this;
    }

    /// <summary>
    /// Adds a transaction with conditions of its own, which decide about its part alone; its answer is one of <see cref="EtcdTxnResult.Parts"/>.
    /// etcd's limit on operations counts it as one, and what is in it on top.
    /// </summary>
    public EtcdTxn Try(EtcdTxn part)
    {
        Request.Success.Add(new RequestOp { RequestTxn = part.Request });
        return this;
    }

    private static ByteString Bytes(string key) => ByteString.CopyFromUtf8(key);

    private EtcdTxn If(Compare condition)
    {
        Request.Compare.Add(condition);
        return this;
    }
}
