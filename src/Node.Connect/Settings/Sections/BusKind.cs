namespace Node.Connect.Settings;

/// <summary>How this node reaches the others.</summary>
public enum BusKind
{
    /// <summary>By push-managers where etcd is set, else not at all.</summary>
    Auto,

    /// <summary>Not at all: it is alone.</summary>
    None,

    /// <summary>By the streams of push-managers.</summary>
    Managers,

    /// <summary>By keys in etcd.</summary>
    Etcd,

    /// <summary>By channels of Redis.</summary>
    Redis,
}
