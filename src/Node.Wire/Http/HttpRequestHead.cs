namespace Node.Wire;

/// <summary>
/// A request's head, looked at where it lies in the received bytes (RFC 9112). It is strict, because what it lets
/// through with a shrug a proxy in front may have read differently. Requests with a body are refused: nothing
/// here takes one.
/// </summary>
public readonly ref struct HttpRequestHead
{
    private readonly ReadOnlySpan<byte> _lines;

    private HttpRequestHead(ReadOnlySpan<byte> method, ReadOnlySpan<byte> target, int minor, ReadOnlySpan<byte> lines)
    {
        Method = method;
        int query = target.IndexOf((byte)'?');
        Path = query < 0 ? target : target[..query];
        Query = new QueryString(query < 0 ? default : target[(query + 1)..]);
        MinorVersion = minor;
        _lines = lines;
    }

    public ReadOnlySpan<byte> Method { get; }

    /// <summary>As it stands in the request, starting with a slash; not percent-decoded.</summary>
    public ReadOnlySpan<byte> Path { get; }

    public QueryString Query { get; }

    /// <summary>1 of HTTP/1.1.</summary>
    public int MinorVersion { get; }

    public HeaderLines Headers => new(_lines);

    /// <summary>
    /// Reads the head at the start of <paramref name="input"/>. <paramref name="scanned"/> starts at 0 and is kept
    /// by the caller while the head is incomplete, so that feeding it bytewise costs no rescans; when complete, it is
    /// the number of bytes that the head took.
    /// </summary>
    public static HeadStatus Parse(
        ReadOnlySpan<byte> input,
        ref int scanned,
        HeadLimits limits,
        out HttpRequestHead head,
        out HttpRefusal? refusal)
    {
        head = default;
        refusal = null;
        if (!input.IsEmpty && !char.IsAsciiLetterUpper((char)input[0]))
        {
            // TLS on the plain port, a port scanner: said at the first byte.
            refusal = HttpRefusal.NotHttp;
            return HeadStatus.Refused;
        }

        HeadStatus status = HeadScanner.Scan(input, ref scanned, limits.MaxBytes, out refusal);
        if (status != HeadStatus.Complete)
        {
            return status;
        }

        ReadOnlySpan<byte> text = input[..scanned];
        int lineEnd = text.IndexOf("\r\n"u8);
        refusal = ParseRequestLine(text[..lineEnd], text[(lineEnd + 2)..], out head);
        refusal ??= CheckHeaders(head, limits.MaxHeaders);
        return refusal is null ? HeadStatus.Complete : HeadStatus.Refused;
    }

    /// <summary>The value of the first header of that name. False: there is none.</summary>
    public bool TryGetHeader(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        foreach (HeaderLine line in Headers)
        {
            if (line.Is(name))
            {
                value = line.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    private static HttpRefusal? ParseRequestLine(
        ReadOnlySpan<byte> line, ReadOnlySpan<byte> lines, out HttpRequestHead head)
    {
        head = default;
        int first = line.IndexOf((byte)' ');
        int last = line.LastIndexOf((byte)' ');
        if (first <= 0 || last == first || !HeaderGrammar.IsToken(line[..first]))
        {
            return HttpRefusal.BadRequestLine;
        }

        ReadOnlySpan<byte> version = line[(last + 1)..];
        if (version.Length != 8 || !version.StartsWith("HTTP/"u8) || version[6] != '.'
            || !char.IsAsciiDigit((char)version[5]) || !char.IsAsciiDigit((char)version[7]))
        {
            return HttpRefusal.BadRequestLine;
        }

        if (version[5] != '1')
        {
            return HttpRefusal.HttpVersionUnsupported;
        }

        ReadOnlySpan<byte> target = OriginForm(line[(first + 1)..last]);
        // Visible ASCII without '#': a fragment never travels (RFC 6455, 3), anything else must be percent-encoded.
        if (target.IsEmpty || target[0] != '/' || target.ContainsAnyExceptInRange((byte)'!', (byte)'~')
            || target.Contains((byte)'#'))
        {
            return HttpRefusal.BadTarget;
        }

        head = new HttpRequestHead(line[..first], target, version[7] - '0', lines);
        return null;
    }

    /// <summary>A server must take the absolute form too (RFC 9112, 3.2.2); its authority is of no use here.</summary>
    private static ReadOnlySpan<byte> OriginForm(ReadOnlySpan<byte> target)
    {
        if (target.IsEmpty || target[0] == '/')
        {
            return target;
        }

        int authority = target.IndexOf("://"u8);
        if (authority <= 0)
        {
            return default;
        }

        ReadOnlySpan<byte> rest = target[(authority + 3)..];
        int path = rest.IndexOfAny((byte)'/', (byte)'?');
        return path > 0 && rest[path] == '/' ? rest[path..] : path < 0 && !rest.IsEmpty ? "/"u8 : default;
    }

    private static HttpRefusal? CheckHeaders(HttpRequestHead head, int maxHeaders)
    {
        var seen = default(Singletons);
        int count = 0;
        ReadOnlySpan<byte> rest = head._lines;
        for (int end = rest.IndexOf("\r\n"u8); end > 0; end = rest.IndexOf("\r\n"u8))
        {
            ReadOnlySpan<byte> line = rest[..end];
            rest = rest[(end + 2)..];
            if (++count > maxHeaders)
            {
                return HttpRefusal.TooManyHeaders;
            }

            HttpRefusal? refusal = HeaderGrammar.CheckLine(line) ?? CheckSingleton(line, ref seen);
            if (refusal is not null)
            {
                return refusal;
            }
        }

        return (seen & Singletons.Host) == 0 && head.MinorVersion > 0 ? HttpRefusal.HostMissing : null;
    }

    private static HttpRefusal? CheckSingleton(ReadOnlySpan<byte> line, ref Singletons seen)
    {
        int colon = line.IndexOf((byte)':');
        var header = new HeaderLine(line[..colon], HeaderGrammar.Trim(line[(colon + 1)..]));
        Singletons which = header.Name.Length switch
        {
            4 when header.Is("Host"u8) => Singletons.Host,
            6 when header.Is("Origin"u8) => Singletons.Origin,
            14 when header.Is("Content-Length"u8) => Singletons.ContentLength,
            17 when header.Is("Transfer-Encoding"u8) => Singletons.TransferEncoding,
            17 when header.Is("Sec-WebSocket-Key"u8) => Singletons.Key,
            21 when header.Is("Sec-WebSocket-Version"u8) => Singletons.Version,
            _ => 0,
        };
        if ((seen & which) != 0)
        {
            return HttpRefusal.DuplicateHeader;
        }

        seen |= which;
        if (which == Singletons.Host && !HeaderGrammar.IsHost(header.Value))
        {
            return HttpRefusal.HostInvalid;
        }

        bool hasBody = which == Singletons.TransferEncoding
            || (which == Singletons.ContentLength && !header.Value.SequenceEqual("0"u8));
        return hasBody ? HttpRefusal.BodyNotAllowed : null;
    }

    [Flags]
    private enum Singletons : byte
    {
        Host = 1,
        Origin = 2,
        ContentLength = 4,
        TransferEncoding = 8,
        Key = 16,
        Version = 32,
    }
}
