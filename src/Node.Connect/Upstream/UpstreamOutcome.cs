namespace Node.Connect.Upstream;

/// <summary>What became of a call, or of an item.</summary>
internal enum UpstreamOutcome
{
    Ok,

    /// <summary>The application could not be reached, or asked for patience. May pass.</summary>
    Away,

    /// <summary>May pass.</summary>
    TimedOut,

    /// <summary>The application does not want such a call.</summary>
    Refused,

    /// <summary>The application answered what is no answer.</summary>
    Malformed,

    /// <summary>No place; items only.</summary>
    Full,

    /// <summary>The node stops; items only.</summary>
    Stopped,
}
