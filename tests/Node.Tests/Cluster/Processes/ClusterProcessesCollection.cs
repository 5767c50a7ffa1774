namespace Node.Tests.Cluster.Processes;

/// <summary>Whole clusters with crowds: one at a time, and beside nothing else that is measured or crowded.</summary>
[CollectionDefinition(nameof(ClusterProcessesCollection), DisableParallelization = true)]
public sealed class ClusterProcessesCollection;
