namespace Node.Rpc.Etcd;

/// <summary>What stood under a prefix.</summary>
/// <param name="Revision">Of the store: the values are all of this one moment.</param>
/// <param name="Values">In order of the keys' bytes.</param>
public sealed record EtcdRange(long Revision, IReadOnlyList<EtcdKeyValue> Values);
