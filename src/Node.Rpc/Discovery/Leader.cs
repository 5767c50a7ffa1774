namespace Node.Rpc.Discovery;

/// <summary>Who leads.</summary>
/// <param name="Id">As the candidate gave it.</param>
/// <param name="Term">Higher than that of every leader before, as long as etcd keeps its data.</param>
public sealed record Leader(string Id, long Term);
