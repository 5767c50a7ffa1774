namespace Node.Connect.Settings;

/// <summary>The named outcome of a full send queue.</summary>
public enum QueuePolicy
{
    DropOldest,
    LatestOnly,
    Close,
}
