using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>The routes that the hub itself sends, as arrays, for messages that outlive a call.</summary>
internal static class RouteNames
{
    public static readonly byte[] Join = Routes.Join.ToArray();
    public static readonly byte[] Leave = Routes.Leave.ToArray();
    public static readonly byte[] Publish = Routes.Publish.ToArray();
    public static readonly byte[] Direct = Routes.Direct.ToArray();
    public static readonly byte[] Joined = Routes.Joined.ToArray();
    public static readonly byte[] Left = Routes.Left.ToArray();
    public static readonly byte[] Presence = Routes.Presence.ToArray();
    public static readonly byte[] History = Routes.History.ToArray();
    public static readonly byte[] Broadcast = "broadcast"u8.ToArray();
}
