namespace Node.Tests.Cluster;

/// <summary>What a run does to the cluster: chances in a thousand steps.</summary>
internal sealed record SimulationFaults
{
    public int Managers { get; init; } = 2;

    public int Nodes { get; init; } = 3;

    public int KillManager { get; init; }

    public int KillNode { get; init; }

    public int BreakStream { get; init; }
}
