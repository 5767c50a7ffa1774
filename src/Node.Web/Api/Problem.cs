using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;

namespace Node.Web.Api;

/// <summary>One field of a request that is wrong.</summary>
/// <param name="Field">Its name in the body, the query or the path.</param>
/// <param name="Detail">What is wrong with it, and what would be right.</param>
public sealed record FieldError(string Field, string Detail);

/// <summary>An error as RFC 9457 has it. The type is always about:blank: the status says what kind it is, the detail which.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">A sentence for a person.</param>
public sealed record Problem(int Status, string Detail)
{
    [JsonPropertyOrder(-2)]
    public string Type => "about:blank";

    [JsonPropertyOrder(-1)]
    public string Title => ReasonPhrases.GetReasonPhrase(Status);

    /// <summary>The fields that are wrong; null where no field is.</summary>
    public IReadOnlyList<FieldError>? Errors { get; init; }
}
