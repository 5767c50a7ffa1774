namespace Node.Tests.Conformance;

/// <summary>Nodes with limits so small that a test reaches them.</summary>
public sealed class StrictNodes() : NodesByCarrier(
    "messages:\n  max_bytes: 1000\ncompression:\n  enabled: true\n",
    "  header_bytes: 1KiB\n  allow_origins: [\"https://app.example\"]")
{
    public const int MaxMessageBytes = 1000;
}
