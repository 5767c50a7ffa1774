namespace Node.Tests.Support;

/// <summary>An HTTP response as it came.</summary>
internal sealed record HttpAnswer(int Status, string Phrase, IReadOnlyList<(string Name, string Value)> Headers, string Body)
{
    /// <summary>Of a body that has its length declared; 0 where it has none (RFC 9112, 6.3).</summary>
    public int ContentLength => Header("Content-Length") is { } length && Status != 101 ? int.Parse(length) : 0;

    /// <summary>The only value of that name; null where there is none.</summary>
    public string? Header(string name) => Headers.SingleOrDefault(header => Is(header.Name, name)).Value;

    /// <summary>Whether a header that is a comma-separated list holds a token.</summary>
    public bool Has(string name, string token) =>
        (Header(name) ?? "").Split(',').Any(item => Is(item.Trim(), token));

    public static HttpAnswer Parse(string head)
    {
        string[] lines = head[..^4].Split("\r\n");
        string[] status = lines[0].Split(' ', 3);
        Assert.Equal("HTTP/1.1", status[0]);
        return new HttpAnswer(
            int.Parse(status[1]), status[2],
            [.. lines[1..].Select(line => line.Split(':', 2)).Select(pair => (pair[0], pair[1].Trim()))], "");
    }

    private static bool Is(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}
