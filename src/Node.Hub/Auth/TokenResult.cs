using System.Diagnostics.CodeAnalysis;

namespace Node.Hub.Auth;

/// <summary>The outcome of a validation: a peer's fault is a value here, not an exception.</summary>
public readonly record struct TokenResult
{
    public TokenVerdict Verdict { get; private init; }

    /// <summary>Set where the token is valid.</summary>
    public Identity? Identity { get; private init; }

    /// <summary>Why not, where it is not valid: a constant that names no secret, for a log and a reply.</summary>
    public string? Reason { get; private init; }

    [MemberNotNullWhen(true, nameof(Identity))]
    [MemberNotNullWhen(false, nameof(Reason))]
    public bool IsValid => Verdict == TokenVerdict.Valid;

    public static TokenResult Valid(Identity identity) => new() { Verdict = TokenVerdict.Valid, Identity = identity };

    public static TokenResult Invalid(string reason) => new() { Verdict = TokenVerdict.Invalid, Reason = reason };

    public static TokenResult Expired { get; } = new() { Verdict = TokenVerdict.Expired, Reason = "token expired" };
}
