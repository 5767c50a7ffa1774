using System.Text.Json;

namespace Node.Host.Settings;

/// <summary>C# names as YAML writes them: <c>MaxFrameBytes</c> is <c>max_frame_bytes</c>.</summary>
internal static class SnakeCase
{
    public static string Of(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
