using Node.Host.Settings;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Node.Host.Traces;

/// <summary>Sends a process's spans to a collector. The only place that knows OpenTelemetry: spans are made by plain activity sources.</summary>
public static class Tracing
{
    // The second names calls as the framework receives them, the third as it makes them; both carry W3C's traceparent by themselves.
    private static readonly string[] Sources = ["Node.*", "Microsoft.AspNetCore", "System.Net.Http"];

    /// <summary>
    /// From here on, until disposed, which sends what waits. Spans wait in the exporter's bounded queue; one that finds it full is lost, and
    /// so is one that the collector does not take.
    /// </summary>
    /// <param name="settings">Without violations.</param>
    /// <param name="role">What kind of process it is, as in the registry.</param>
    /// <param name="id">Which one.</param>
    /// <returns>Null where nothing is to be traced.</returns>
    public static IDisposable? Start(TracingSection settings, string role, string id) => !settings.IsUsed ? null
        : Sdk.CreateTracerProviderBuilder()
            .AddSource(Sources)
            .SetSampler(new ParentBasedSampler(new RootSampler(settings.SampleRatio)))
            .ConfigureResource(resource => resource.AddService(role, serviceVersion: HostProcess.Version, serviceInstanceId: id))
            .AddOtlpExporter(exporter => Configure(exporter, settings))
            .Build();

    private static void Configure(OtlpExporterOptions exporter, TracingSection settings)
    {
        bool isHttp = settings.Protocol == TracingProtocol.Http;
        exporter.Protocol = isHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        exporter.Endpoint = new Uri(isHttp ? settings.Endpoint.TrimEnd('/') + "/v1/traces" : settings.Endpoint);
    }
}
