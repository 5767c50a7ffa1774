using System.Text;

namespace Node.Benchmarks.Wire;

internal static class Samples
{
    /// <summary>About 1 KiB of JSON that compresses as such things do: names repeat, values do not.</summary>
    public static byte[] Json { get; } =
        Encoding.UTF8.GetBytes("[" + string.Join(',', Enumerable.Range(0, 12).Select(Item)) + "]");

    /// <summary>What a chat client publishes.</summary>
    public static byte[] ChatText { get; } = """{"text":"good morning, is anybody in already? the build is green again"}"""u8.ToArray();

    private static string Item(int i) =>
        $$"""{"id":{{i * 7919}},"from":"user-{{i * 31 % 17}}","text":"message number {{i}}","at":{{1_700_000_000 + (i * 613)}},"read":true}""";
}
