using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Node.Web.Api;

/// <summary>How the API writes JSON: snake_case, nothing that is null, people's names as they are.</summary>
internal static class ApiJson
{
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,

        // The default also escapes what could be markup in a page; these answers are never part of one (nosniff, JSON type).
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
