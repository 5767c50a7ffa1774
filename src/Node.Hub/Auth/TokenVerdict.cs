namespace Node.Hub.Auth;

/// <summary>What became of a token.</summary>
public enum TokenVerdict : byte
{
    /// <summary>Refused for good: error 101, or close 3500.</summary>
    Invalid,

    /// <summary>Was good once: error 109, or close 3006.</summary>
    Expired,

    Valid,
}
