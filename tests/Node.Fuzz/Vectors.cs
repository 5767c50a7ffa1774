using System.Text;
using System.Text.Json;

namespace Node.Fuzz;

/// <summary>Seed inputs out of <c>protocol/vectors</c>.</summary>
public static class Vectors
{
    /// <summary>
    /// Every string in the files whose names match, such as <c>frames*.json</c>: as bytes where it is hexadecimal,
    /// else as UTF-8. Strings that mean something else, such as a case's name, are seeds as good as any.
    /// </summary>
    public static IEnumerable<byte[]> Read(string pattern)
    {
        string folder = Path.Combine(Repository.Root, "protocol", "vectors");
        if (!Directory.Exists(folder))
        {
            yield break;
        }

        foreach (string file in Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (string text in Strings(document.RootElement))
            {
                yield return Bytes(text);
            }
        }
    }

    private static byte[] Bytes(string text) =>
        text.Length > 0 && text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(text)
            : Encoding.UTF8.GetBytes(text);

    private static IEnumerable<string> Strings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => [element.GetString()!],
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Strings),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Strings(property.Value)),
        _ => [],
    };
}
