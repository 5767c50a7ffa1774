using System.Buffers;
using System.Text;

namespace Node.Rpc;

/// <summary>The header <c>grpc-message</c>: UTF-8, everything but printable ASCII percent-encoded.</summary>
internal static class StatusText
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Where(c => c != '%')]);

    public static string Encode(string text)
    {
        if (!text.AsSpan().ContainsAnyExcept(Plain)) return text;
        var encoded = new StringBuilder(text.Length * 2);
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            if (Plain.Contains((char)b)) encoded.Append((char)b);
            else encoded.Append('%').Append(b.ToString("X2", null));
        }

        return encoded.ToString();
    }

    /// <summary>What is no encoding stays as it is: an error is not to be lost over its text.</summary>
    public static string Decode(string text) => Uri.UnescapeDataString(text);
}
