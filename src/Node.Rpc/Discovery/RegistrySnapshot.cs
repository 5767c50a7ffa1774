namespace Node.Rpc.Discovery;

/// <summary>The registry at one moment.</summary>
/// <param name="Number">
/// Which moment: etcd's revision, plus what was counted before etcd was emptied. Later moments have higher numbers.
/// </param>
/// <param name="ByRole">The roles that have, or had, members.</param>
public sealed record RegistrySnapshot(long Number, IReadOnlyDictionary<string, RoleMembers> ByRole)
{
    public static RegistrySnapshot Empty { get; } = new(0, new Dictionary<string, RoleMembers>());

    public RoleMembers this[string role] => ByRole.GetValueOrDefault(role, RoleMembers.None);
}
