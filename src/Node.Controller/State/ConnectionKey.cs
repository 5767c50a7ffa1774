namespace Node.Controller.State;

/// <summary>What names a connection everywhere: its node's id and its number there.</summary>
public readonly record struct ConnectionKey(string Node, ulong Number);
