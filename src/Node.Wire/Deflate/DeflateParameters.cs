using System.Text;

namespace Node.Wire;

/// <summary>The four parameters of one permessage-deflate element, as they stand there (RFC 7692, 7.1).</summary>
internal struct DeflateParameters
{
    /// <summary><c>client_max_window_bits</c> without a value, as only an offer may have it: any size, up to
    /// 2^15.</summary>
    internal const int NoValue = 16;

    internal bool ServerNoTakeover { get; private set; }

    internal bool ClientNoTakeover { get; private set; }

    internal int? ServerBits { get; private set; }

    internal int? ClientBits { get; private set; }

    /// <summary>No parameter is unknown, repeated, or wrong in its value.</summary>
    internal bool IsValid { get; private set; }

    internal static DeflateParameters Read(ref ExtensionParser parser)
    {
        var parameters = new DeflateParameters { IsValid = true };
        while (parser.TryReadParameter(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value))
        {
            parameters.IsValid &= parameters.TryAdd(name, value);
        }

        return parameters;
    }

    private bool TryAdd(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (Ascii.EqualsIgnoreCase(name, "server_no_context_takeover"u8))
        {
            (bool isFirst, ServerNoTakeover) = (!ServerNoTakeover, true);
            return isFirst && value.IsEmpty;
        }

        if (Ascii.EqualsIgnoreCase(name, "client_no_context_takeover"u8))
        {
            (bool isFirst, ClientNoTakeover) = (!ClientNoTakeover, true);
            return isFirst && value.IsEmpty;
        }

        if (Ascii.EqualsIgnoreCase(name, "server_max_window_bits"u8))
        {
            (bool isFirst, ServerBits) = (ServerBits is null, Bits(value));
            return isFirst && ServerBits is not null;
        }

        if (Ascii.EqualsIgnoreCase(name, "client_max_window_bits"u8))
        {
            (bool isFirst, ClientBits) = (ClientBits is null, value.IsEmpty ? NoValue : Bits(value));
            return isFirst && ClientBits is not null;
        }

        return false;
    }

    /// <summary>8 to 15 without leading zeros, else null.</summary>
    private static int? Bits(ReadOnlySpan<byte> value) => value switch
    {
        [>= (byte)'8' and <= (byte)'9'] => value[0] - '0',
        [(byte)'1', >= (byte)'0' and <= (byte)'5'] => 10 + value[1] - '0',
        _ => null,
    };
}
