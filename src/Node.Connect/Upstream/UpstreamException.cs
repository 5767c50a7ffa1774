namespace Node.Connect.Upstream;

/// <summary>A call that brought no answer.</summary>
internal sealed class UpstreamException(UpstreamOutcome outcome, string message) : Exception(message)
{
    public UpstreamOutcome Outcome { get; } = outcome;

    /// <summary>The same call may succeed later.</summary>
    public bool MayPass => Outcome is UpstreamOutcome.Away or UpstreamOutcome.TimedOut;
}
