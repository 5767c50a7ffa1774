namespace Node.Wire.Messages;

/// <summary>
/// Why a message could not be read: constants, so that a refusal allocates nothing and can go into a close reason.
/// </summary>
public static class ReadErrors
{
    public const string NotJson = "not valid JSON";
    public const string NestedTooDeep = "nested deeper than 64";
    public const string NotAnObject = "not a JSON object";
    public const string TrailingBytes = "bytes after the message";
    public const string DuplicateField = "a field stands twice";
    public const string WrongType = "a field has the wrong type";
    public const string BadNumber = "a number is not an unsigned integer in range";
    public const string BadString = "a string has a lone surrogate";
    public const string BadBase64 = "data_base64 is not base64";

    public const string Truncated = "the message is cut short";
    public const string BadTag = "a field has an invalid tag";
    public const string BadVarint = "a varint is too long";
    public const string BadUtf8 = "a string is not UTF-8";
    public const string TooDeep = "groups are nested too deep";

    public const string BadMessageId = "message_id is longer than 64 bytes or has control characters";
    public const string BadRoom = "room is longer than 128 bytes or has control characters";
    public const string BadUser = "user is longer than 128 bytes or has control characters";
    public const string BadEpoch = "epoch is longer than 64 bytes or has control characters";

    /// <summary>
    /// True when the message itself could be read and only a name broke its limits: that is answered with
    /// error 107, using the <see cref="ClientMessage.Seq"/> that was read; anything else closes with 3501.
    /// </summary>
    public static bool IsBadName(string? error) => error is BadMessageId or BadRoom or BadUser or BadEpoch;
}
