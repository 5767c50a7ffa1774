using System.Text;
using Node.Load.Net;
using Node.Load.Run;

namespace Node.Load.Dialects;

/// <summary>SignalR's hub protocol in JSON, each message ended by a record separator; the hub is that of perf/peers/signalr.</summary>
/// <remarks>The WebSocket is opened without negotiating, as SignalR's own clients do with skipNegotiation.</remarks>
internal sealed class SignalRDialect(LoadOptions options) : Dialect
{
    private const byte End = 0x1E;

    private readonly bool _inRoom = options.Room.Length > 0;

    private readonly byte[] _greeting =
    [
        .. Frame("""{"protocol":"json","version":1}"""),
        .. options.Room.Length > 0 ? Frame($$"""{"type":1,"invocationId":"1","target":"Join","arguments":["{{options.Room}}"]}""") : [],
    ];

    private readonly byte[] _messageHead = Encoding.UTF8.GetBytes(options.Room.Length > 0
        ? $$"""{"type":1,"target":"Publish","arguments":["{{options.Room}}"," """.TrimEnd()
        : """{"type":1,"target":"Echo","arguments":[" """.TrimEnd());

    public override bool IsStream => true;

    public override byte[] Pong { get; } = Frame("""{"type":6}""");

    public override byte[] Greeting(Client client) => _greeting;

    public override string TargetOf(string path, int number) => options.Path ?? "/hub";

    public override bool TryRead(ReadOnlySpan<byte> data, out Said said)
    {
        int end = data.IndexOf(End);
        said = default;
        if (end < 0)
        {
            return false;
        }

        ReadOnlySpan<byte> text = data[..end];
        said = new Said(KindOf(text), text, end + 1);
        return true;
    }

    public override byte[] CreateMessage(Client client, ReadOnlySpan<byte> text) => [.. _messageHead, .. text, .. "\"]}\u001e"u8];

    private Saying KindOf(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("{\"type\":1,"u8))
        {
            return Saying.Message;
        }

        if (text.IndexOf("\"error\":"u8) >= 0)
        {
            throw new ProtocolException(Encoding.UTF8.GetString(text));
        }

        // The empty object answers the first line; type 3 says that the call of Join has ended.
        return text.StartsWith("{\"type\":6"u8) ? Saying.Ping
            : text.StartsWith("{\"type\":3,"u8) || (!_inRoom && text.SequenceEqual("{}"u8)) ? Saying.Ready
            : Saying.Aside;
    }

    private static byte[] Frame(string text) => ClientFrame.Create(ServerFrame.Text, [.. Encoding.UTF8.GetBytes(text), End]);
}
