using Node.Protocol.Connect;
using Node.Rpc.Discovery;

namespace Node.Push.Routing;

/// <summary>One message to one target, however often it is sent.</summary>
internal readonly record struct MessageKey(TargetKey Target, ulong Origin, ulong Number, string Key)
{
    public static MessageKey Of(in TargetKey target, MessageId id) =>
        id.Key.Length > 0 ? new MessageKey(target, 0, 0, id.Key) : new MessageKey(target, id.Origin, id.Number, "");
}
