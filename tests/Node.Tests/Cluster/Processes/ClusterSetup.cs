namespace Node.Tests.Cluster.Processes;

/// <summary>What a cluster is made of, beside one controller.</summary>
/// <param name="Nodes">How many connect-nodes.</param>
/// <param name="Managers">How many push-managers.</param>
internal sealed record ClusterSetup(int Nodes, int Managers)
{
    /// <summary>Whether with Redis and MariaDB.</summary>
    public bool Stores { get; init; }

    /// <summary>Of every process.</summary>
    public IReadOnlyList<(string Name, string Value)> Environment { get; init; } = [];

    /// <summary>What the settings file of every connect-node says at first.</summary>
    public string NodeSettings { get; init; } = "";

    /// <summary>The last connect-node runs inside, all others outside. Null: all of them run on loopback.</summary>
    public PrivateNetwork? Network { get; init; }
}
