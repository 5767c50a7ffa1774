namespace Node.Web.Api;

/// <summary>What became of a push.</summary>
public sealed record PushResult
{
    /// <summary>Nodes that took it.</summary>
    public uint Nodes { get; init; }

    /// <summary>Connections that took it.</summary>
    public ulong Connections { get; init; }

    /// <summary>Targets that nobody is in or connected as.</summary>
    public IReadOnlyList<string> Unknown { get; init; } = [];

    /// <summary>Nodes that did not take it in time, or at all: their clients may or may not get it.</summary>
    public IReadOnlyList<string> FailedNodes { get; init; } = [];

    /// <summary>The same key was pushed before; this is its answer.</summary>
    public bool Repeated { get; init; }

    /// <summary>The message's number in its room; null where it went to no room, or to one that is empty.</summary>
    public ulong? Offset { get; init; }

    /// <summary>The life of the room in which <see cref="Offset"/> holds.</summary>
    public string? Epoch { get; init; }
}
