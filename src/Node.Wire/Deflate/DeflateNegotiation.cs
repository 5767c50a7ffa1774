using System.Text;

namespace Node.Wire;

/// <summary>permessage-deflate's part of the handshake, for both roles (RFC 7692, 5 and 7.1).</summary>
internal static class DeflateNegotiation
{
    private const int MaxWindowBits = 15;

    /// <summary>
    /// As a server: takes the first offer that can be met. False: the header itself is malformed, and the handshake
    /// fails (RFC 6455, 9.1). An offer with an unknown, repeated or wrong parameter is only declined.
    /// </summary>
    internal static bool TryAccept(ReadOnlySpan<byte> offers, DeflateOptions options, out DeflateAgreement? agreed)
    {
        agreed = null;
        var parser = new ExtensionParser(offers);
        while (parser.TryReadExtension(out ReadOnlySpan<byte> name))
        {
            bool isDeflate = Ascii.EqualsIgnoreCase(name, "permessage-deflate"u8);
            DeflateParameters parameters = DeflateParameters.Read(ref parser);
            if (isDeflate && agreed is null && options.Enabled && parameters.IsValid)
            {
                agreed = Answer(parameters, options);
            }
        }

        return !parser.IsMalformed;
    }

    /// <summary>
    /// As a client: checks what the server chose against what was offered (RFC 7692, 7.1). False: fail the connection.
    /// </summary>
    internal static bool TryConfirm(ReadOnlySpan<byte> response, DeflateOptions options, out DeflateAgreement? agreed)
    {
        agreed = null;
        var parser = new ExtensionParser(response);
        while (parser.TryReadExtension(out ReadOnlySpan<byte> name))
        {
            DeflateParameters chosen = DeflateParameters.Read(ref parser);
            bool isAcceptable = Ascii.EqualsIgnoreCase(name, "permessage-deflate"u8)
                && agreed is null
                && options.Enabled
                && chosen is { IsValid: true, ClientBits: not DeflateParameters.NoValue }
                && (chosen.ServerNoTakeover || !options.ServerNoContextTakeover)
                && (chosen.ServerBits ?? MaxWindowBits) <= options.ServerMaxWindowBits
                && (chosen.ClientBits ?? MaxWindowBits) >= DeflateOptions.MinCompressWindowBits;
            if (!isAcceptable)
            {
                return false;
            }

            agreed = DeflateAgreement.Of(
                serverTakeover: !chosen.ServerNoTakeover,
                clientTakeover: !chosen.ClientNoTakeover && !options.ClientNoContextTakeover,
                serverBits: chosen.ServerBits ?? MaxWindowBits,
                clientBits: Math.Min(chosen.ClientBits ?? MaxWindowBits, options.ClientMaxWindowBits));
        }

        return !parser.IsMalformed;
    }

    /// <summary>The client's offer.</summary>
    internal static void WriteOffer(ref AsciiWriter writer, DeflateOptions options)
    {
        writer.Write("permessage-deflate"u8);
        WriteTakeover(ref writer, options.ServerNoContextTakeover, options.ClientNoContextTakeover);
        WriteBits(ref writer, "server"u8, options.ServerMaxWindowBits);
        if (options.ClientMaxWindowBits == MaxWindowBits)
        {
            writer.Write("; client_max_window_bits"u8);
        }

        WriteBits(ref writer, "client"u8, options.ClientMaxWindowBits);
    }

    /// <summary>The server's choice.</summary>
    internal static void WriteResponse(ref AsciiWriter writer, DeflateAgreement agreed)
    {
        writer.Write("permessage-deflate"u8);
        WriteTakeover(ref writer, !agreed.ServerContextTakeover, !agreed.ClientContextTakeover);
        WriteBits(ref writer, "server"u8, agreed.ServerWindowBits);
        WriteBits(ref writer, "client"u8, agreed.ClientWindowBits);
    }

    private static DeflateAgreement? Answer(in DeflateParameters offer, DeflateOptions options)
    {
        int serverBits = Math.Min(offer.ServerBits ?? MaxWindowBits, options.ServerMaxWindowBits);
        // Of a client that did not offer client_max_window_bits no window may be asked (RFC 7692, 7.1.2.2).
        int clientBits = offer.ClientBits is { } hint ? Math.Min(hint, options.ClientMaxWindowBits) : MaxWindowBits;
        if (serverBits < DeflateOptions.MinCompressWindowBits)
        {
            return null;
        }

        return DeflateAgreement.Of(
            serverTakeover: !offer.ServerNoTakeover && !options.ServerNoContextTakeover,
            clientTakeover: !offer.ClientNoTakeover && !options.ClientNoContextTakeover,
            serverBits,
            clientBits);
    }

    private static void WriteTakeover(ref AsciiWriter writer, bool serverNoTakeover, bool clientNoTakeover)
    {
        if (serverNoTakeover)
        {
            writer.Write("; server_no_context_takeover"u8);
        }

        if (clientNoTakeover)
        {
            writer.Write("; client_no_context_takeover"u8);
        }
    }

    private static void WriteBits(ref AsciiWriter writer, ReadOnlySpan<byte> side, int bits)
    {
        if (bits < MaxWindowBits)
        {
            writer.Write("; "u8);
            writer.Write(side);
            writer.Write("_max_window_bits="u8);
            writer.Write(bits);
        }
    }
}
