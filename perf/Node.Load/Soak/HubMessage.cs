using System.Text;
using System.Text.Json;
using Node.Load.Net;

namespace Node.Load.Soak;

/// <summary>A message of the client protocol as a client gets it, in JSON (protocol/client.md); valid as long as its bytes are.</summary>
internal readonly ref struct HubMessage
{
    public ReadOnlySpan<byte> Id { get; private init; }

    public ReadOnlySpan<byte> Room { get; private init; }

    public ReadOnlySpan<byte> Epoch { get; private init; }

    /// <summary>The JSON text of <c>data</c>; empty: there is none.</summary>
    public ReadOnlySpan<byte> Data { get; private init; }

    /// <summary>The JSON text of <c>error</c>; empty: it is none.</summary>
    public ReadOnlySpan<byte> Error { get; private init; }

    /// <summary>Of the request that it answers; 0: the server says it by itself.</summary>
    public long Seq { get; private init; }

    public long Offset { get; private init; }

    /// <exception cref="ProtocolException">This is no such message.</exception>
    public static HubMessage Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            var message = default(HubMessage);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadOnlySpan<byte> name = reader.ValueSpan;
                reader.Read();
                int from = (int)reader.TokenStartIndex;
                ReadOnlySpan<byte> value = reader.ValueSpan;
                reader.Skip();
                message = message.With(name, value, json[from..(int)reader.BytesConsumed]);
            }

            return message;
        }
        catch (JsonException fault)
        {
            throw new ProtocolException($"{fault.Message}: {Encoding.UTF8.GetString(json)}");
        }
    }

    private HubMessage With(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, ReadOnlySpan<byte> text) => name switch
    {
        _ when name.SequenceEqual("message_id"u8) => this with { Id = value },
        _ when name.SequenceEqual("room"u8) => this with { Room = value },
        _ when name.SequenceEqual("epoch"u8) => this with { Epoch = value },
        _ when name.SequenceEqual("data"u8) => this with { Data = text },
        _ when name.SequenceEqual("error"u8) => this with { Error = text },
        _ when name.SequenceEqual("seq"u8) => this with { Seq = Number(value) },
        _ when name.SequenceEqual("offset"u8) => this with { Offset = Number(value) },
        _ => this,
    };

    private static long Number(ReadOnlySpan<byte> digits) =>
        System.Buffers.Text.Utf8Parser.TryParse(digits, out long value, out int used) && used == digits.Length
            ? value : throw new ProtocolException($"no number: {Encoding.UTF8.GetString(digits)}");
}
