namespace Node.Connect.Cluster;

/// <summary>What the bus has done since it began. Written by its thread, read by any.</summary>
internal sealed class BusCounters
{
    public long Published;

    public long Delivered;

    /// <summary>Deliveries that had come before.</summary>
    public long Repeated;

    /// <summary>Deliveries of a manager that does not own their target in this node's view.</summary>
    public long Refused;

    /// <summary>Numbers of rooms that never came here although somebody was there.</summary>
    public long Missed;

    /// <summary>Publishes that no owner answered in time, or that were too many.</summary>
    public long Failed;

    /// <summary>Batches of a store that the thread had no place for; of rooms, their messages count as missed, too. Any thread.</summary>
    public long Dropped;

    /// <summary>Messages forgotten before their time because too many bytes were retained.</summary>
    public long ForgottenEarly;
}
