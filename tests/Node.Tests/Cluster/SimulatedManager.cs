using Node.Push.Routing;

namespace Node.Tests.Cluster;

/// <summary>A push-manager's router and when it was started.</summary>
internal sealed class SimulatedManager(string id, ulong incarnation, Random random)
{
    public string Id { get; } = id;

    public ulong Incarnation { get; } = incarnation;

    public PushRouter Router { get; } = new(id, random);

    public void Tick(long now)
    {
        Router.Tick(now);
        Router.Flush();
    }
}
