namespace Node.Controller.State;

/// <summary>One incarnation of a node, and where its connections are listed.</summary>
internal sealed class NodeEntry(int slot, NodeAnnouncement announced, long sinceMs)
{
    private readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Its number in the tables; another one for every incarnation, and again after a loss.</summary>
    public int Slot => slot;

    public string Id => Announced.Id;

    public ulong Incarnation => Announced.Incarnation;

    /// <summary>The registry's latest word.</summary>
    public NodeAnnouncement Announced { get; set; } = announced;

    public long SinceMs => sinceMs;

    /// <summary>Where the list of connections begins.</summary>
    public int FirstConnection;

    public int Connections { get; set; }

    /// <summary>Different ones. Counted as they come and go: the registry's every word about any node looks at all nodes.</summary>
    public int Users { get; set; }

    /// <summary>The stream that reports; 0: none has begun.</summary>
    public long Session { get; set; }

    /// <summary>The last batch that was taken.</summary>
    public ulong Batch { get; set; }

    /// <summary>Number of the latest snapshot: rows that it repeats carry it.</summary>
    public int Mark { get; set; }

    /// <summary>Its members come from a store and no snapshot has confirmed them.</summary>
    public bool IsProvisional { get; set; }

    /// <summary>The registry has lost it, or a store's members were never confirmed: it has no members until a snapshot brings them.</summary>
    public bool IsLost { get; set; }

    /// <summary>Connections that have gone, oldest first: their numbers are remembered for a while, so that a late change does not revive them.</summary>
    public Queue<int> Gone { get; } = new();

    /// <summary>Done when the node is lost, and with it this entry: what its stream says counts for nothing any more.</summary>
    public Task Lost => _lost.Task;

    public void TellLost() => _lost.SetResult();
}
