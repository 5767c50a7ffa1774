using System.Text;
using Node.Protocol.Etcd;

namespace Node.Rpc.Etcd;

/// <summary>A key with its value, or after a deletion without.</summary>
/// <param name="Key">UTF-8 in etcd.</param>
/// <param name="Value">Empty after a deletion.</param>
/// <param name="CreateRevision">Of the store, when the key came to be.</param>
/// <param name="ModRevision">Of the store, with the last change of the key: its deletion, too.</param>
/// <param name="Lease">The lease that the key goes with; 0: none.</param>
public readonly record struct EtcdKeyValue(string Key, ReadOnlyMemory<byte> Value, long CreateRevision, long ModRevision, long Lease)
{
    public string Text => Encoding.UTF8.GetString(Value.Span);

    internal static EtcdKeyValue From(KeyValue kv) =>
        new(kv.Key.ToStringUtf8(), kv.Value.Memory, kv.CreateRevision, kv.ModRevision, kv.Lease);
}
