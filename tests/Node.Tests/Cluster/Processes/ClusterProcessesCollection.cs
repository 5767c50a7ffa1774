namespace Node.Tests.Cluster.Processes;

/// <summary>Whole clusters: one at a time, beside tests of other areas, for they wait on leases and on each other most of the time.</summary>
[CollectionDefinition(nameof(ClusterProcessesCollection))]
public sealed class ClusterProcessesCollection;
