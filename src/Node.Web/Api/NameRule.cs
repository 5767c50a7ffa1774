using System.Net;
using System.Text;

namespace Node.Web.Api;

/// <summary>The rules for names of <c>protocol/client.md</c>, and for the other short texts of a request.</summary>
internal static class NameRule
{
    /// <summary>Bytes of UTF-8.</summary>
    public const int MaxName = 128;

    /// <summary>Bytes of UTF-8.</summary>
    public const int MaxMessageId = 64;

    /// <summary>Bytes of UTF-8.</summary>
    public const int MaxIdempotencyKey = 128;

    /// <summary>Bytes of UTF-8: a node's name, a dash and a number.</summary>
    public const int MaxClient = 256;

    /// <summary>Bytes of UTF-8: what a close frame holds beside its code.</summary>
    public const int MaxReason = 123;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What is wrong with a text that must be there; null when nothing is.</summary>
    public static string? Check(string text, int maxBytes) =>
        text.Length == 0 ? "must not be empty" : CheckOptional(text, maxBytes);

    /// <inheritdoc cref="Check"/>
    /// <remarks>Here it may be empty.</remarks>
    public static string? CheckOptional(string text, int maxBytes)
    {
        if (text.Any(char.IsControl))
        {
            return "must not hold control characters";
        }

        try
        {
            return Strict.GetByteCount(text) > maxBytes ? $"must have at most {maxBytes} bytes of UTF-8" : null;
        }
        catch (EncoderFallbackException)
        {
            return "must be Unicode text: half of a surrogate pair is missing";
        }
    }

    /// <summary>The text of percent-encoded UTF-8; null where it is none.</summary>
    public static string? Unescape(string text)
    {
        // Uri.UnescapeDataString leaves what is no UTF-8 as it was, and so could not tell it from a percent sign.
        byte[] escaped = Encoding.ASCII.GetBytes(text.Replace("+", "%2B", StringComparison.Ordinal));
        try
        {
            return Strict.GetString(WebUtility.UrlDecodeToBytes(escaped, 0, escaped.Length)!);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
