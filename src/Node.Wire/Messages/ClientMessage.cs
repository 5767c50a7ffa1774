namespace Node.Wire.Messages;

/// <summary>
/// The one message shape of the client protocol (protocol/client.proto), both ways. The spans point into the
/// payload that was read, or to whatever the writer of a message has at hand: nothing is copied or owned, so a
/// message lives no longer than the buffer under it. An absent field has its default value.
/// </summary>
public ref struct ClientMessage
{
    /// <summary>The route: one of <see cref="Routes"/> or an application's own. UTF-8.</summary>
    public ReadOnlySpan<byte> MessageId { get; set; }

    /// <summary>The client's number for a request, repeated in the reply; 0 means that no reply is wanted.</summary>
    public ulong Seq { get; set; }

    /// <summary>UTF-8.</summary>
    public ReadOnlySpan<byte> Room { get; set; }

    /// <summary>UTF-8. To the server the target; from the server who caused the message.</summary>
    public ReadOnlySpan<byte> User { get; set; }

    /// <summary>The number of a message in its room, from 1 up within one <see cref="Epoch"/>.</summary>
    public ulong Offset { get; set; }

    /// <summary>One life of a room. UTF-8.</summary>
    public ReadOnlySpan<byte> Epoch { get; set; }

    /// <summary>What <see cref="Data"/> holds.</summary>
    public DataKind DataKind { get; set; }

    /// <summary>JSON text or any bytes, by <see cref="DataKind"/>. Empty means absent, whatever the kind.</summary>
    public ReadOnlySpan<byte> Data { get; set; }

    /// <summary>See protocol/codes.md; 0 when the message is no error.</summary>
    public uint ErrorCode { get; set; }

    /// <summary>UTF-8.</summary>
    public ReadOnlySpan<byte> ErrorReason { get; set; }

    /// <summary>The trace that a client's message belongs to, unchecked: W3C's header of that name. Read, and never written.</summary>
    public ReadOnlySpan<byte> Traceparent { get; set; }

    /// <summary>Whether the message carries an error.</summary>
    public readonly bool IsError => ErrorCode != 0 || !ErrorReason.IsEmpty;

    /// <summary>Sets <see cref="Data"/> to a JSON text, which the caller vouches for.</summary>
    public void SetJson(ReadOnlySpan<byte> text)
    {
        DataKind = DataKind.Json;
        Data = text;
    }
}
