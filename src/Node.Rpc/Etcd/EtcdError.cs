namespace Node.Rpc.Etcd;

/// <summary>What kind of failure an <see cref="EtcdException"/> is.</summary>
public enum EtcdError
{
    /// <summary>No endpoint could be reached; nothing has happened.</summary>
    Unavailable,

    /// <summary>It was sent and not answered: a write may have happened, or may happen yet.</summary>
    Undecided,

    /// <summary>User and password are wrong or missing, or do not give this right.</summary>
    Denied,

    /// <summary>The revision that was asked for is no longer kept.</summary>
    Compacted,

    /// <summary>The revision that was asked for has not come yet: this is not the store that gave it, or an older state of it.</summary>
    FutureRevision,

    /// <summary>The lease has expired or was revoked.</summary>
    LeaseNotFound,

    /// <summary>etcd does not take such a request, or has no room for it; the message says why.</summary>
    Refused,
}
