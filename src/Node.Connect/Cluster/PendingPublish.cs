using Node.Protocol.Connect;

namespace Node.Connect.Cluster;

/// <summary>A publish without an answer yet.</summary>
internal sealed class PendingPublish(BusTarget target, Publish publish, long at, Action<PublishOutcome> done)
{
    public BusTarget Target { get; } = target;

    public Publish Publish { get; } = publish;

    public long At { get; } = at;

    public Action<PublishOutcome> Done { get; } = done;

    /// <summary>On its way to the target's owner.</summary>
    public bool IsSent { get; set; }

    public bool IsDone { get; set; }
}
