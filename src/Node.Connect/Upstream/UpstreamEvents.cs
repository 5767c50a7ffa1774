using Node.Protocol.Upstream;

namespace Node.Connect.Upstream;

/// <summary>What the application may hear of, by the names of <c>protocol/upstream.md</c>.</summary>
internal static class UpstreamEvents
{
    // In the order of Event.Kind.
    public static IReadOnlyList<string> Names { get; } = ["connected", "joined", "left", "disconnected"];

    public static string NameOf(Event.Types.Kind kind) => Names[(int)kind];
}
