using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Node.Load.Net;
using Node.Load.Run;

namespace Node.Load.Dialects;

/// <summary>The NATS client protocol in binary frames: a room is a subject; who talks with itself has one of its own.</summary>
internal sealed class NatsDialect(LoadOptions options) : Dialect
{
    private const int MaxLine = 64 * 1024;

    private readonly string _own = string.Create(CultureInfo.InvariantCulture, $"own.{options.Worker ?? 0}");

    public override byte Opcode => ServerFrame.Binary;

    public override bool IsStream => true;

    public override byte[] Pong { get; } = ClientFrame.Create(ServerFrame.Binary, "PONG\r\n"u8);

    public override byte[] Greeting(Client client) => ClientFrame.Create(ServerFrame.Binary, Encoding.ASCII.GetBytes(
        $$"""CONNECT {"verbose":false,"pedantic":false,"lang":"load","version":"1"}""" + $"\r\nSUB {SubjectOf(client)} 1\r\nPING\r\n"));

    public override bool TryRead(ReadOnlySpan<byte> data, out Said said)
    {
        said = default;
        int line = data.IndexOf("\r\n"u8);
        if (line < 0)
        {
            return data.Length < MaxLine ? false : throw new ProtocolException("an endless line");
        }

        if (data.StartsWith("MSG "u8))
        {
            int length = LengthIn(data[..line]);
            int start = line + 2;
            if (data.Length < start + length + 2)
            {
                return false;
            }

            said = new Said(Saying.Message, data.Slice(start, length), start + length + 2);
            return true;
        }

        ReadOnlySpan<byte> text = data[..line];
        if (text.StartsWith("-ERR"u8))
        {
            throw new ProtocolException(Encoding.ASCII.GetString(text));
        }

        said = new Said(text.SequenceEqual("PONG"u8) ? Saying.Ready : text.SequenceEqual("PING"u8) ? Saying.Ping : Saying.Aside, text, line + 2);
        return true;
    }

    public override byte[] CreateMessage(Client client, ReadOnlySpan<byte> text) =>
        [.. Encoding.ASCII.GetBytes($"PUB {SubjectOf(client)} {text.Length}\r\n"), .. text, .. "\r\n"u8];

    private string SubjectOf(Client client) => options.Room.Length > 0
        ? options.Room
        : string.Create(CultureInfo.InvariantCulture, $"{_own}.{client.Index}");

    // MSG subject sid [reply-to] size
    private static int LengthIn(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> digits = line[(line.LastIndexOf((byte)' ') + 1)..];
        return Utf8Parser.TryParse(digits, out int length, out int used) && used == digits.Length && length >= 0
            ? length
            : throw new ProtocolException("a message of no size");
    }
}
