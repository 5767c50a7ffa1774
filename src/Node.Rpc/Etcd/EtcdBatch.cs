namespace Node.Rpc.Etcd;

/// <summary>What a watch has to tell next.</summary>
/// <param name="Revision">The changes up to here have been told.</param>
/// <param name="Restart">Other than None: the changes are the difference between what was told before and what is there now.</param>
/// <param name="Away">For so long etcd had not been heard of before this batch; zero: it was there all the time.</param>
/// <param name="Changes">In the order of their revisions; perhaps none.</param>
public sealed record EtcdBatch(long Revision, EtcdRestart Restart, TimeSpan Away, IReadOnlyList<EtcdChange> Changes);
