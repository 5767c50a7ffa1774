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

    /// <summary>Of this process alone: clients choose the names, and must not find many that meet in one bucket of a dictionary.</summary>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add((int)Kind);
        hash.AddBytes(Name.Span);
        return hash.ToHashCode();
    }

    public Target ToTarget() => new() { Kind = Kind, Name = Name };
}
