using Google.Protobuf;
using Node.Protocol.Connect;
using Node.Rpc.Discovery;

namespace Node.Connect.Cluster.Etcd;

/// <summary>Where the bus's batches stand in etcd.</summary>
internal static class EtcdBusKeys
{
    public const string Rooms = "/pubsub/room/";
    public const string Users = "/pubsub/unicast/";
    public const string Everybody = "/pubsub/broadcast";

    public static string Of(in TargetKey target) => target.Kind switch
    {
        Target.Types.Kind.Room => Rooms + target.Name.ToStringUtf8(),
        Target.Types.Kind.User => Users + target.Name.ToStringUtf8(),
        _ => Everybody,
    };

    /// <summary>The way back; null: it is none of the bus's keys.</summary>
    public static TargetKey? TargetOf(string key) =>
        key.StartsWith(Rooms, StringComparison.Ordinal) ? new(Target.Types.Kind.Room, ByteString.CopyFromUtf8(key[Rooms.Length..]))
        : key.StartsWith(Users, StringComparison.Ordinal) ? new(Target.Types.Kind.User, ByteString.CopyFromUtf8(key[Users.Length..]))
        : key == Everybody ? TargetKey.Everybody
        : null;
}
