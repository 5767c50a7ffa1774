using Node.Protocol.Connect;
using Node.Push.Routing;

namespace Node.Tests.Cluster;

/// <summary>A stream to a node that keeps what is sent.</summary>
internal sealed class SentSteps : INodeStream
{
    public List<FromManager.Types.Step> Steps { get; } = [];

    /// <summary>Number of the last batch.</summary>
    public ulong Batch { get; private set; }

    public bool IsBroken { get; private set; }

    public void Send(FromManager message)
    {
        Steps.AddRange(message.Steps);
        Batch = Math.Max(Batch, message.Batch);
    }

    public void Break(string reason) => IsBroken = true;
}
