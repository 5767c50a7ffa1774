namespace Node.Wire.Messages;

/// <summary>
/// The JSON encoding of a message (subprotocol pubsub.v1.json): one object, in protocol/client.md's shape.
/// Allocates nothing, in either direction. Pure: any thread.
/// </summary>
public static class JsonCodec
{
    /// <summary>
    /// Reads one message. Strings with escapes are unescaped and <c>data_base64</c> is decoded inside
    /// <paramref name="payload"/>, which is therefore spent afterwards; <c>data</c> stays as the client wrote it.
    /// The payload is taken to be UTF-8: a text frame has been checked before it gets here.
    /// </summary>
    /// <returns>
    /// False with one of <see cref="ReadErrors"/>. Where <see cref="ReadErrors.IsBadName"/> holds, the rest of the
    /// message was read and the offending name is empty; otherwise the message is empty.
    /// </returns>
    public static bool TryRead(Span<byte> payload, out ClientMessage message, out string? error)
    {
        var reader = new JsonMessageReader(payload);
        error = reader.Read();
        message = error is null || ReadErrors.IsBadName(error) ? reader.Message : default;
        return error is null;
    }

    /// <summary>An upper bound, in bytes, of what <see cref="Write"/> needs for this message. Cheap: no bytes are read.</summary>
    /// <exception cref="OverflowException">The message is beyond what a span can hold.</exception>
    public static int MaxSize(in ClientMessage message) => JsonMessageWriter.MaxSize(message);

    /// <summary>
    /// Writes the message and returns the bytes written. <see cref="DataKind.Binary"/> data that is one JSON text
    /// becomes that value, anything else <c>data_base64</c>; <see cref="DataKind.Json"/> data is trusted.
    /// </summary>
    /// <exception cref="ArgumentException">The destination is shorter than <see cref="MaxSize"/>.</exception>
    public static int Write(in ClientMessage message, Span<byte> destination)
    {
        if (destination.Length < MaxSize(message))
        {
            throw new ArgumentException("shorter than MaxSize", nameof(destination));
        }

        return JsonMessageWriter.Write(message, destination);
    }
}
