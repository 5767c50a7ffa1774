namespace Node.Push.Routing;

/// <summary>What the router has done since it began. Written by its thread, read by any.</summary>
internal sealed class RouterCounters
{
    /// <summary>Messages numbered or sent on, each once.</summary>
    public long Messages;

    /// <summary>Messages times the nodes that they went to.</summary>
    public long Deliveries;

    /// <summary>Pushes whose id was known.</summary>
    public long Repeated;

    /// <summary>Pushes that were answered before all nodes had acknowledged them.</summary>
    public long Unacknowledged;

    /// <summary>Pushes that were refused because too many waited for a target to be settled.</summary>
    public long Overloaded;

    /// <summary>Nodes that did not take their deliveries, and were cut off.</summary>
    public long NodesCutOff;

    /// <summary>Take-overs that did not hear of every node in time.</summary>
    public long SettledLate;
}
