using System.Text.Json;
using System.Text.Json.Serialization;

namespace Node.Biz;

/// <summary>How this server reads and writes JSON: snake_case, nothing that is null, and what a record asks for must be there.</summary>
internal static class BizJson
{
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };
}
