using System.Globalization;
using System.Text;
using Node.Load.Net;
using Node.Load.Run;

namespace Node.Load.Scenarios;

/// <summary>How a client takes part in a room of the hub, with the JSON encoding (protocol/client.md).</summary>
internal sealed class HubMember(LoadOptions options)
{
    private readonly byte[] _join = ClientFrame.Create(
        ServerFrame.Text,
        Encoding.UTF8.GetBytes($$"""{"message_id":"join","seq":1,"room":"{{options.Room}}"}"""));

    private readonly byte[] _publishHead = Encoding.UTF8.GetBytes(
        $$"""{"message_id":"publish","room":"{{options.Room}}","data":" """.TrimEnd());

    /// <summary>Every connection is a user of its own.</summary>
    public string TargetOf(int number) => string.Create(
        CultureInfo.InvariantCulture, $"{options.Path ?? "/ws"}?user=u{options.Worker ?? 0}-{number}");

    public void Join(ClientLoop loop, Client client) => loop.Send(client, _join);

    public static bool IsJoinReply(ReadOnlySpan<byte> payload) =>
        payload.IndexOf("\"seq\":1,"u8) >= 0 || payload.IndexOf("\"seq\":1}"u8) >= 0;

    public static bool IsError(ReadOnlySpan<byte> payload) => payload.IndexOf("\"error\":"u8) >= 0;

    /// <summary>A publish whose data is <paramref name="text"/>, which needs no escape.</summary>
    public byte[] CreatePublish(ReadOnlySpan<byte> text) => [.. _publishHead, .. text, (byte)'"', (byte)'}'];
}
