using Google.Protobuf;
using Grpc.Core;

namespace Node.Push.Routing;

/// <summary>What became of a push to one target.</summary>
internal sealed record PushOutcome
{
    /// <summary>OK also when some nodes failed. UNAVAILABLE: the target has another owner now, which is to be asked.</summary>
    public StatusCode Code { get; init; } = StatusCode.OK;

    public string Message { get; init; } = "";

    public uint Nodes { get; init; }

    public ulong Connections { get; init; }

    public IReadOnlyList<string> FailedNodes { get; init; } = [];

    /// <summary>Nobody is in the room, or connected as the user.</summary>
    public bool IsUnknown { get; init; }

    /// <summary>The id was pushed before; this is what became of it then.</summary>
    public bool IsRepeated { get; init; }

    public ulong Offset { get; init; }

    public ByteString Epoch { get; init; } = ByteString.Empty;

    public static PushOutcome Unknown { get; } = new() { IsUnknown = true };

    public static PushOutcome Moved { get; } = new() { Code = StatusCode.Unavailable, Message = "another manager owns the target now" };

    public static PushOutcome Overloaded { get; } = new()
    {
        Code = StatusCode.ResourceExhausted, Message = "too much waits for this manager to take over; try again",
    };
}
