using Node.Hub;
using Payload = Node.Protocol.Push.Payload;

namespace Node.Connect.Cluster.Stores;

/// <summary>A publish without an answer yet.</summary>
internal sealed class StorePublish(Payload payload, int bytes, long at, Action<BusAnswer> done)
{
    public Payload Payload { get; } = payload;

    /// <summary>What it takes of the bounds.</summary>
    public int Bytes { get; } = bytes;

    public long At { get; } = at;

    public Action<BusAnswer> Done { get; } = done;

    public bool IsDone { get; set; }
}
