namespace Node.Host.Settings;

/// <summary>Settings under <c>tracing:</c>.</summary>
public sealed record TracingSection
{
    [Setting("A collector of traces that speaks OTLP, as http://host:port. Empty: nothing is traced.", Env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    public string Endpoint { get; init; } = "";

    [Setting("Share of the traces that is kept, of those that begin here; one that a caller has begun is kept where the caller keeps it.")]
    public double SampleRatio { get; init; } = 0.01;

    [Setting("grpc, or http: protobuf posted to /v1/traces below the endpoint.")]
    public TracingProtocol Protocol { get; init; }

    public bool IsUsed => Endpoint.Length > 0;

    public IEnumerable<SettingsViolation> Violations()
    {
        if (IsUsed && !(Uri.TryCreate(Endpoint, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"))
        {
            yield return new SettingsViolation(["tracing.endpoint"], $"\"{Endpoint}\" is no address of a collector", "allowed: http://host:port or https://host:port");
        }
    }
}
