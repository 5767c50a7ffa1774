namespace Node.Wire.Messages;

/// <summary>What the bytes of <see cref="ClientMessage.Data"/> are.</summary>
public enum DataKind : byte
{
    /// <summary>No data.</summary>
    None,

    /// <summary>The text of one JSON value, UTF-8, without surrounding white space.</summary>
    Json,

    /// <summary>Any bytes; they may happen to be a JSON text.</summary>
    Binary,
}
