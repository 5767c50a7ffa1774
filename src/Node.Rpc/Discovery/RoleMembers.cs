namespace Node.Rpc.Discovery;

/// <summary>The members of one role.</summary>
/// <param name="Number">
/// When the set, ids and incarnations, became what it is. Every process that has seen it become so has the same number; one that has come
/// later, or had to compare, may have a higher one.
/// </param>
/// <param name="Members">In order of their ids.</param>
public sealed record RoleMembers(long Number, IReadOnlyList<Member> Members)
{
    public static RoleMembers None { get; } = new(0, []);
}
