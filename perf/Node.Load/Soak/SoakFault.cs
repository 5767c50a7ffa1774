namespace Node.Load.Soak;

/// <summary>A step of a user has failed: what it asked for did not come, or not as it should.</summary>
internal sealed class SoakFault(string message) : Exception(message)
{
    /// <summary>It stands in a step's count; the steps around it do not count it again.</summary>
    public bool IsCounted { get; set; }
}
