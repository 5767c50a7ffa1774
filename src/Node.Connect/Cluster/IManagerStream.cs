using Node.Protocol.Connect;

namespace Node.Connect.Cluster;

/// <summary>The way to one push-manager. Called by the bus's thread; must not block.</summary>
internal interface IManagerStream
{
    /// <summary>In order; what a broken stream does not deliver is lost with it.</summary>
    void Send(FromNode message);
}
