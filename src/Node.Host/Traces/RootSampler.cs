using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Node.Host.Traces;

/// <summary>
/// Keeps a share of the traces that begin here. A call that a process makes of its own accord (to etcd, to a push-manager) begins none: it
/// is nobody's message.
/// </summary>
internal sealed class RootSampler(double ratio) : Sampler
{
    private readonly TraceIdRatioBasedSampler _share = new(ratio);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) => samplingParameters.Kind == ActivityKind.Client
        ? new SamplingResult(SamplingDecision.Drop)
        : _share.ShouldSample(samplingParameters);
}
