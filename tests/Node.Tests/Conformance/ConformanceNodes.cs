namespace Node.Tests.Conformance;

/// <summary>Nodes for whatever is not about limits: large messages, compression with everything that can be agreed on.</summary>
public sealed class ConformanceNodes() : NodesByCarrier("""
    messages:
      max_bytes: 4MiB
    queue:
      max_bytes: 16MiB
    compression:
      enabled: true
      min_bytes: 0
      server_context_takeover: true
      client_context_takeover: true
    """);

/// <summary>
/// The tests of conformance share their nodes and run one after another: together with other areas, not with each other.
/// </summary>
[CollectionDefinition(Name)]
public sealed class ConformanceCollection
    : ICollectionFixture<ConformanceNodes>, ICollectionFixture<StrictNodes>, ICollectionFixture<ImpatientNodes>
{
    public const string Name = "Conformance";
}
