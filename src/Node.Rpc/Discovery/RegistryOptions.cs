namespace Node.Rpc.Discovery;

/// <summary>How the registry is kept; the same for every process of a cluster.</summary>
public sealed class RegistryOptions
{
    /// <summary>What the keys begin with: this, role, "/", id.</summary>
    public string Prefix { get; init; } = "/pubsub/registry/";

    /// <summary>A process that was killed is gone after so long. Whole seconds; etcd takes no less than 2.</summary>
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Between two writes that tell of nothing but load.</summary>
    public TimeSpan LoadInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// After etcd has been away: for so long members that are missing may register again before they leave the views. Leases ran out
    /// while nobody could renew them, or are gone with the store.
    /// </summary>
    public TimeSpan Grace => TimeToLive * 2;
}
