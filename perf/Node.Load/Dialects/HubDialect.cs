using System.Globalization;
using System.Text;
using Node.Load.Net;
using Node.Load.Run;

namespace Node.Load.Dialects;

/// <summary>This project's own: the hub, with the JSON encoding (protocol/client.md).</summary>
internal sealed class HubDialect(LoadOptions options) : Dialect
{
    private readonly byte[] _join = ClientFrame.Create(
        ServerFrame.Text,
        Encoding.UTF8.GetBytes($$"""{"message_id":"join","seq":1,"room":"{{options.Room}}"}"""));

    private readonly byte[] _publishHead = Encoding.UTF8.GetBytes(
        $$"""{"message_id":"publish","room":"{{options.Room}}","data":" """.TrimEnd());

    public override byte[] Greeting(Client client) => _join;

    public override string TargetOf(string path, int number) => string.Create(
        CultureInfo.InvariantCulture, $"{options.Path ?? "/ws"}?user=u{options.Worker ?? 0}-{number}");

    public override bool TryRead(ReadOnlySpan<byte> data, out Said said)
    {
        ThrowOnError(data);
        bool isReady = !data.StartsWith("{\"message_id\":\"publish\""u8) && IsJoinReply(data);
        said = new Said(isReady ? Saying.Ready : Saying.Message, data, data.Length);
        return true;
    }

    public override byte[] CreateMessage(Client client, ReadOnlySpan<byte> text) => [.. _publishHead, .. text, (byte)'"', (byte)'}'];

    public static bool IsJoinReply(ReadOnlySpan<byte> payload) =>
        payload.IndexOf("\"seq\":1,"u8) >= 0 || payload.IndexOf("\"seq\":1}"u8) >= 0;

    /// <exception cref="ProtocolException">The server refused; the message says what.</exception>
    public static void ThrowOnError(ReadOnlySpan<byte> payload)
    {
        if (payload.IndexOf("\"error\":"u8) >= 0)
        {
            throw new ProtocolException(Encoding.UTF8.GetString(payload));
        }
    }
}
