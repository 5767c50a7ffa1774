namespace Node.Wire;

public enum WireEventKind : byte
{
    /// <summary>Nothing to report; what was not consumed must be offered again with more behind it.</summary>
    NeedMore,

    /// <summary>A whole message: <see cref="WireEvent.Opcode"/> is text (checked UTF-8) or binary.</summary>
    Message,

    /// <summary>To be answered by a pong with the same payload (RFC 6455, 5.5.3).</summary>
    Ping,

    Pong,

    /// <summary>The peer's close frame: its code, and its reason (checked UTF-8) as the payload.</summary>
    Close,

    /// <summary>The peer broke a rule: close with <see cref="WireEvent.Code"/> and
    /// <see cref="WireEvent.Reason"/>.</summary>
    Error,
}

/// <summary>
/// What a <see cref="MessageReader"/> found. The payload lies in the input or in an assembler of the loop's pool: it is
/// valid until the next read by any reader with the same context, and while the input is.
/// </summary>
public readonly ref struct WireEvent
{
    public WireEventKind Kind { get; init; }

    public Opcode Opcode { get; init; }

    /// <summary>Of a close frame (<see cref="CloseCode.NoStatus"/> when it had none) or of an error.</summary>
    public ushort Code { get; init; }

    /// <summary>Bytes of the input that are done with, whatever the kind.</summary>
    public int Consumed { get; init; }

    public Span<byte> Payload { get; init; }

    /// <summary>Set when <see cref="Kind"/> is <see cref="WireEventKind.Error"/>.</summary>
    public WireError? Error { get; init; }

    /// <summary>The error's constant reason, else empty. A peer's own close reason is the payload.</summary>
    public string Reason => Error?.Reason ?? "";
}
