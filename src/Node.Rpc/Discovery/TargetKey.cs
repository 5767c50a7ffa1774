using Google.Protobuf;
using Node.Protocol.Connect;

namespace Node.Rpc.Discovery;

/// <summary>A room, a user, or everybody.</summary>
public readonly record struct TargetKey(Target.Types.Kind Kind, ByteString Name)
{
    public static TargetKey Everybody { get; } = new(Target.Types.Kind.Everybody, ByteString.Empty);

    public static TargetKey Room(string name) => new(Target.Types.Kind.Room, ByteString.CopyFromUtf8(name));

    public static TargetKey User(string name) => new(Target.Types.Kind.User, ByteString.CopyFromUtf8(name));

    public static TargetKey Of(Target target) => new(target.Kind, target.Name);

    public Target ToTarget() => new() { Kind = Kind, Name = Name };
}
