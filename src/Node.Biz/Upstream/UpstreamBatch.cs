using System.Text.Json;

namespace Node.Biz.Upstream;

/// <summary>What a node posts (<c>protocol/upstream.md</c>); fields that this application does not need are left out.</summary>
internal sealed record UpstreamBatch(string Node, ulong Incarnation, IReadOnlyList<UpstreamItem> Items);

/// <summary>An event or a message of a user.</summary>
/// <param name="Number">With the node and its incarnation it names the item, however often it comes.</param>
/// <param name="User">Whose connection.</param>
/// <param name="Event">Null: it is a message.</param>
/// <param name="MessageId">Null: it is an event.</param>
/// <param name="Data">Of the message.</param>
internal sealed record UpstreamItem(ulong Number, string User, string? Event = null, string? MessageId = null, JsonElement Data = default);
