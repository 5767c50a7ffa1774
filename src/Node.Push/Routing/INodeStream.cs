using Node.Protocol.Connect;

namespace Node.Push.Routing;

/// <summary>The way to one node. Called by the router's thread; must not block.</summary>
internal interface INodeStream
{
    /// <summary>In order; what a broken stream does not deliver is lost with it.</summary>
    void Send(FromManager message);

    /// <summary>Ends the stream; the router hears of its end like of any other.</summary>
    void Break(string reason);
}
