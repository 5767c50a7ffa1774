using System.Buffers;

namespace Node.Wire;

public enum HeadStatus : byte
{
    /// <summary>The empty line has not arrived.</summary>
    Incomplete,

    Complete,

    Refused,
}

/// <summary>
/// Finds the end of an HTTP head, and refuses line ends that another reader in the path might see differently: a
/// CR or LF by itself, NUL (RFC 9112, 2.2). Each byte is looked at once, however the head arrives.
/// </summary>
internal static class HeadScanner
{
    private static readonly SearchValues<byte> Breaks = SearchValues.Create("\r\n\0"u8);

    /// <param name="input">The head from its first byte, as far as it arrived.</param>
    /// <param name="scanned">0 at first; the caller keeps it between calls. Complete: the length of the head.</param>
    /// <param name="maxBytes">The longest head.</param>
    /// <param name="refusal">Set when refused.</param>
    internal static HeadStatus Scan(
        ReadOnlySpan<byte> input, ref int scanned, int maxBytes, out HttpRefusal? refusal)
    {
        refusal = null;
        int end = Math.Min(input.Length, maxBytes);
        while (true)
        {
            int at = input[scanned..end].IndexOfAny(Breaks);
            if (at < 0)
            {
                scanned = end;
                break;
            }

            at += scanned;
            if (input[at] != '\r')
            {
                refusal = input[at] == 0 ? HttpRefusal.NulByte : HttpRefusal.BareLineBreak;
                return HeadStatus.Refused;
            }

            if (at + 1 == end)
            {
                scanned = at;
                break;
            }

            if (input[at + 1] != '\n')
            {
                refusal = HttpRefusal.BareLineBreak;
                return HeadStatus.Refused;
            }

            scanned = at + 2;
            if (at == 0)
            {
                refusal = HttpRefusal.NotHttp;
                return HeadStatus.Refused;
            }

            if (input[at - 1] == '\n')
            {
                return HeadStatus.Complete;
            }
        }

        if (input.Length < maxBytes)
        {
            return HeadStatus.Incomplete;
        }

        refusal = HttpRefusal.TooManyBytes;
        return HeadStatus.Refused;
    }
}
