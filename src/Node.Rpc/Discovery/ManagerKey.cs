namespace Node.Rpc.Discovery;

/// <summary>One start of a push-manager.</summary>
public readonly record struct ManagerKey(string Id, long Incarnation);
