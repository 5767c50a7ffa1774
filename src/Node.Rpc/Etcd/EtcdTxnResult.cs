namespace Node.Rpc.Etcd;

/// <summary>How a transaction went.</summary>
/// <param name="Succeeded">All conditions held, and its writes were made.</param>
/// <param name="Revision">Of the store after it: that of its writes, where there were any.</param>
/// <param name="Read">What <see cref="EtcdTxn.ElseGet"/> found; null for a key that is missing. Empty where it succeeded.</param>
/// <param name="Parts">Of each <see cref="EtcdTxn.Try"/>, in the order of adding. Empty where it did not succeed.</param>
public sealed record EtcdTxnResult(
    bool Succeeded, long Revision, IReadOnlyList<EtcdKeyValue?> Read, IReadOnlyList<EtcdTxnResult> Parts);
