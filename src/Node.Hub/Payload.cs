using System.Text.Json;
using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>
/// The data of a message that the application sends: one JSON value, or bytes. The memory must not change until the call that
/// takes it returns; the hub copies it.
/// </summary>
public readonly struct Payload
{
    private Payload(DataKind kind, ReadOnlyMemory<byte> bytes)
    {
        Kind = kind;
        Bytes = bytes;
    }

    internal DataKind Kind { get; }

    internal ReadOnlyMemory<byte> Bytes { get; }

    public static implicit operator Payload(string text) => Json(text);

    /// <summary>Any value that System.Text.Json can write.</summary>
    public static Payload Json<T>(T value) =>
        new(DataKind.Json, JsonSerializer.SerializeToUtf8Bytes(value, JsonSerializerOptions.Web));

    /// <summary>JSON text, UTF-8, as it is.</summary>
    /// <exception cref="JsonException">It is not one JSON value.</exception>
    public static Payload RawJson(ReadOnlyMemory<byte> text)
    {
        var reader = new Utf8JsonReader(text.Span);
        reader.Read();
        reader.Skip();
        if (reader.Read())
        {
            throw new JsonException("more than one JSON value");
        }

        return new Payload(DataKind.Json, text);
    }

    public static Payload Binary(ReadOnlyMemory<byte> bytes) => new(DataKind.Binary, bytes);
}
