namespace Node.Controller.State;

/// <summary>What happened to a connection.</summary>
public enum ChangeKind
{
    Connected,
    Disconnected,
    Joined,
    Left,
}
