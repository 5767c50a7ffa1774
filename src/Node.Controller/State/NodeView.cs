namespace Node.Controller.State;

/// <summary>A node at one moment.</summary>
/// <param name="Announced">The registry's latest word.</param>
/// <param name="Connections">Of it.</param>
/// <param name="Users">Different ones.</param>
/// <param name="IsProvisional">Its members come from a store; no snapshot has confirmed them yet.</param>
/// <param name="IsLost">The registry has lost it.</param>
/// <param name="SinceMs">Known, or lost, since then; Unix milliseconds.</param>
internal sealed record NodeView(NodeAnnouncement Announced, int Connections, int Users, bool IsProvisional, bool IsLost, long SinceMs);
