namespace Node.Rpc.Etcd;

/// <summary>One change of a key.</summary>
/// <param name="IsDeleted">The key is gone; else it has the value.</param>
/// <param name="Entry">Of a deletion the key and, where it is known, the revision.</param>
public readonly record struct EtcdChange(bool IsDeleted, EtcdKeyValue Entry);
