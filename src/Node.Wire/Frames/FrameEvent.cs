namespace Node.Wire;

public enum FrameEventKind : byte
{
    /// <summary>Nothing to report; what was not consumed must be offered again with more behind it.</summary>
    NeedMore,

    /// <summary>A piece of a data frame's payload, perhaps empty.</summary>
    Data,

    /// <summary>A whole ping, pong or close frame.</summary>
    Control,

    Error,
}

/// <summary>One step of a <see cref="FrameReader"/>. The payload lies in the input, unmasked.</summary>
public readonly ref struct FrameEvent
{
    public FrameEventKind Kind { get; init; }

    /// <summary>Of a data chunk: that of its message, never <see cref="Opcode.Continuation"/>.</summary>
    public Opcode Opcode { get; init; }

    /// <summary>The chunk starts its message.</summary>
    public bool IsFirst { get; init; }

    /// <summary>The chunk ends its message.</summary>
    public bool IsLast { get; init; }

    /// <summary>RSV1 was set on the first frame of the message (RFC 7692, 6).</summary>
    public bool IsCompressed { get; init; }

    public Span<byte> Payload { get; init; }

    /// <summary>Payload bytes of this frame still to come.</summary>
    public long Remaining { get; init; }

    /// <summary>Bytes of the input that are done with.</summary>
    public int Consumed { get; init; }

    /// <summary>Set when <see cref="Kind"/> is <see cref="FrameEventKind.Error"/>.</summary>
    public WireError? Error { get; init; }
}
