using System.Text;

namespace Node.Tests.Support;

/// <summary>An opening handshake as text, to be bent.</summary>
internal static class UpgradeRequest
{
    public const string Key = "dGhlIHNhbXBsZSBub25jZQ==";

    /// <summary>What RFC 6455, 1.3 answers to <see cref="Key"/>.</summary>
    public const string Accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    private static readonly (string Name, string? Value)[] Headers =
    [
        ("Host", "localhost"), ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Key", Key),
        ("Sec-WebSocket-Version", "13"),
    ];

    /// <summary>The usual request, with headers replaced, added, or (by a null) left out.</summary>
    public static byte[] To(string path, params (string Name, string? Value)[] changes) =>
        Encoding.Latin1.GetBytes(Text($"GET {path} HTTP/1.1", changes));

    /// <inheritdoc cref="To"/>
    public static string Text(string line, params (string Name, string? Value)[] changes) =>
        string.Concat(
            (string[])[
                line, "\r\n",
                .. Headers.Where(header => changes.All(change => change.Name != header.Name)).Concat(changes)
                    .Where(header => header.Value is not null).Select(header => $"{header.Name}: {header.Value}\r\n"),
                "\r\n",
            ]);
}
