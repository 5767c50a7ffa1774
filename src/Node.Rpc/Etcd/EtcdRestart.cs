namespace Node.Rpc.Etcd;

/// <summary>Why a watch compared instead of following.</summary>
public enum EtcdRestart
{
    /// <summary>It followed.</summary>
    None,

    /// <summary>The beginning: all there is.</summary>
    First,

    /// <summary>etcd no longer has the changes that were missed; those that undid each other are not told.</summary>
    Compacted,

    /// <summary>etcd came back with another history: emptied, or restored from an older copy. Revisions may be lower than before.</summary>
    OtherStore,
}
