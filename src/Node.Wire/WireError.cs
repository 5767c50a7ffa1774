namespace Node.Wire;

/// <summary>
/// What a peer did wrong, as a value: the close code to answer with and a constant reason, fit for a close frame,
/// a log line and a metric's label. One instance an error, so that raising one allocates nothing.
/// </summary>
public sealed class WireError
{
    public static readonly WireError ReservedBits = Protocol("a reserved bit is set");
    public static readonly WireError ReservedOpcode = Protocol("a reserved opcode");
    public static readonly WireError MaskMissing = Protocol("a frame from a client is not masked");
    public static readonly WireError MaskForbidden = Protocol("a frame from a server is masked");
    public static readonly WireError ControlFragmented = Protocol("a control frame is fragmented");
    public static readonly WireError ControlTooLong = Protocol("a control frame is over 125 bytes");
    public static readonly WireError LengthNotMinimal = Protocol("a length is not minimally encoded");
    public static readonly WireError LengthTooLarge = Protocol("a length has its top bit set");
    public static readonly WireError ContinuationWithoutStart = Protocol("a continuation without a start");
    public static readonly WireError MessageInterrupted = Protocol("a new message before the last one ended");
    public static readonly WireError CloseTooShort = Protocol("a close frame of one byte");
    public static readonly WireError CloseCodeInvalid = Protocol("a close code that may not be sent");

    public static readonly WireError CloseReasonNotUtf8 = new(CloseCode.InvalidPayload, "a close reason is not UTF-8");
    public static readonly WireError TextNotUtf8 = new(CloseCode.InvalidPayload, "a text message is not UTF-8");
    public static readonly WireError CorruptDeflate = new(CloseCode.InvalidPayload, "a message does not inflate");
    public static readonly WireError FrameTooBig = new(CloseCode.MessageTooBig, "a frame is over the limit");
    public static readonly WireError MessageTooBig = new(CloseCode.MessageTooBig, "a message is over the limit");

    private WireError(ushort code, string reason)
    {
        Code = code;
        Reason = reason;
    }

    /// <summary>The close code to send.</summary>
    public ushort Code { get; }

    /// <summary>ASCII, under 123 bytes.</summary>
    public string Reason { get; }

    public override string ToString() => $"{Code} {Reason}";

    private static WireError Protocol(string reason) => new(CloseCode.ProtocolError, reason);
}
