namespace Node.Connect.Settings;

/// <summary>What the controller of standalone remembers by.</summary>
public enum StoreKind
{
    Sqlite,
    None,
}
