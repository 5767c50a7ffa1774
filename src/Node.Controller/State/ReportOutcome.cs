namespace Node.Controller.State;

/// <summary>What became of a <see cref="Report"/>.</summary>
public enum ReportOutcome
{
    /// <summary>It is taken in, now or before.</summary>
    Taken,

    /// <summary>A later start of that node is known: what this one says is void.</summary>
    OldIncarnation,

    /// <summary>A later stream of that node has begun.</summary>
    Superseded,

    /// <summary>The stream has not begun with a snapshot, or the node has been lost since.</summary>
    NeedsSnapshot,

    /// <summary>A batch is missing before this one.</summary>
    MissingBatch,
}
