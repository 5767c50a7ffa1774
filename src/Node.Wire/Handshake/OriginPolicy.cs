using System.Text;

namespace Node.Wire;

/// <summary>
/// From which pages a browser may connect (RFC 6455, 10.2). Patterns: <c>https://app.example.com</c>, compared whole;
/// <c>app.example.com</c>, that host with any scheme and port; <c>*.example.com</c>, any host under it but not itself;
/// <c>https://*.example.com</c>, the same for one scheme; <c>*</c>, any. Without patterns any origin may. A client that
/// sends no Origin is no browser, and may always: it could send what it liked.
/// </summary>
public sealed class OriginPolicy
{
    private readonly Pattern[] _patterns;

    /// <exception cref="ArgumentException">A pattern that is none of the forms above.</exception>
    public OriginPolicy(params IEnumerable<string> patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        _patterns = [.. patterns.Select(Parse)];
    }

    /// <summary>Compares without regard to case.</summary>
    public bool Allows(ReadOnlySpan<byte> origin)
    {
        if (_patterns.Length == 0)
        {
            return true;
        }

        foreach (Pattern pattern in _patterns)
        {
            if (pattern.Matches(origin))
            {
                return true;
            }
        }

        return false;
    }

    private static Pattern Parse(string text)
    {
        int mark = text.IndexOf("://", StringComparison.Ordinal);
        string scheme = mark < 0 ? "" : text[..(mark + 3)];
        string host = mark < 0 ? text : text[(mark + 3)..];
        bool isWild = host.StartsWith('*');
        bool isAny = text == "*";
        bool isWellFormed = host.Length > 0
            && (!isWild || isAny || (host.StartsWith("*.", StringComparison.Ordinal) && host.Length > 2))
            && host.IndexOf('*', isWild ? 1 : 0) < 0
            && !host.Contains('/')
            && Ascii.IsValid(text);
        if (!isWellFormed)
        {
            throw new ArgumentException($"not an origin pattern: '{text}'");
        }

        return new Pattern(
            Encoding.ASCII.GetBytes(scheme), Encoding.ASCII.GetBytes(isWild ? host[1..] : host), isWild, isAny);
    }

    /// <param name="Scheme">With its <c>://</c>; empty for any.</param>
    /// <param name="Host">With a port where the pattern has one; of a wildcard, what follows the star.</param>
    /// <param name="IsWild">Something must stand before <paramref name="Host"/>.</param>
    /// <param name="IsAny">Matches whatever comes.</param>
    private sealed record Pattern(byte[] Scheme, byte[] Host, bool IsWild, bool IsAny)
    {
        public bool Matches(ReadOnlySpan<byte> origin)
        {
            if (IsAny)
            {
                return true;
            }

            int mark = origin.IndexOf("://"u8);
            ReadOnlySpan<byte> scheme = mark < 0 ? default : origin[..(mark + 3)];
            ReadOnlySpan<byte> host = mark < 0 ? origin : origin[(mark + 3)..];
            if (Scheme.Length > 0 && !Ascii.EqualsIgnoreCase(scheme, Scheme))
            {
                return false;
            }

            // A pattern that names neither scheme nor port leaves the port open.
            int port = host.LastIndexOf((byte)':');
            if (Scheme.Length == 0 && port >= 0 && !Host.AsSpan().Contains((byte)':'))
            {
                host = host[..port];
            }

            return IsWild
                ? host.Length > Host.Length && Ascii.EqualsIgnoreCase(host[^Host.Length..], Host)
                : Ascii.EqualsIgnoreCase(host, Host);
        }
    }
}
