namespace Node.Web.Api;

/// <summary>Sums over the whole system.</summary>
/// <param name="Nodes">Connect-nodes.</param>
/// <param name="Connections">Open connections.</param>
/// <param name="Users">Different users.</param>
/// <param name="Rooms">Rooms that somebody is in.</param>
/// <param name="Members">Memberships: a connection in two rooms counts twice.</param>
public sealed record Totals(ulong Nodes, ulong Connections, ulong Users, ulong Rooms, ulong Members);
