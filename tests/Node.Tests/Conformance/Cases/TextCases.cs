using Node.Tests.Support;
using Node.Wire;

namespace Node.Tests.Conformance.Cases;

/// <summary>6: UTF-8, whole, cut anywhere, and refused at the first octet that cannot be.</summary>
internal static class TextCases
{
    private static readonly (string Id, string Hex)[] Valid =
    [
        ("6.5.ascii", "48656C6C6F"), ("6.5.greek", "CEBAE1BDB9CF83CEBCCEB5"), ("6.6.all-lengths", "24C2A2E282ACF09D849E"),
        ("6.7.nul", "00"), ("6.7.two", "C280"), ("6.7.three", "E0A080"), ("6.7.four", "F0908080"),
        ("6.9.one", "7F"), ("6.9.two", "DFBF"), ("6.9.three", "EFBFBF"), ("6.9.four", "F48FBFBF"),
        ("6.11.below-surrogates", "ED9FBF"), ("6.11.above-surrogates", "EE8080"), ("6.11.replacement", "EFBFBD"),
        ("6.11.highest", "F48FBFBF"), ("6.23.noncharacter-fffe", "EFBFBE"), ("6.23.noncharacter-ffff", "EFBFBF"),
        ("6.23.noncharacter-1fffe", "F09FBFBE"), ("6.23.noncharacter-10ffff", "F48FBFBF"), ("6.23.bom", "EFBBBF41"),
    ];

    private static readonly (string Id, string Hex)[] Invalid =
    [
        ("6.8.five-bytes", "F888808080"), ("6.8.six-bytes", "FC8480808080"), ("6.10.too-high", "F4908080"), ("6.10.five", "FBBFBFBFBF"),
        ("6.10.six", "FDBFBFBFBFBF"), ("6.12.lone-continuation", "80"), ("6.12.lone-continuation-bf", "BF"),
        ("6.12.two-continuations", "80BF"), ("6.12.continuations", "80BF80BF80BF"), ("6.13.start-space", "C020C120"),
        ("6.13.three-byte-start", "E02041"), ("6.13.four-byte-start", "F02041"), ("6.15.many-starts", "C0E080F08080"),
        ("6.16.fe", "FE"), ("6.16.ff", "FF"), ("6.16.fe-ff", "FEFEFFFF"), ("6.17.overlong-two", "C0AF"), ("6.17.overlong-three", "E080AF"),
        ("6.17.overlong-four", "F08080AF"), ("6.18.overlong-two", "C1BF"), ("6.18.overlong-three", "E09FBF"),
        ("6.18.overlong-four", "F08FBFBF"), ("6.19.overlong-nul-two", "C080"), ("6.19.overlong-nul-three", "E08080"),
        ("6.19.overlong-nul-four", "F0808080"), ("6.20.high-surrogate", "EDA080"), ("6.20.high-surrogate-end", "EDAFBF"),
        ("6.20.low-surrogate", "EDB080"), ("6.20.low-surrogate-end", "EDBFBF"), ("6.21.surrogate-pair", "EDA080EDB080"),
        ("6.21.surrogate-pair-end", "EDAFBFEDBFBF"), ("6.3.greek-then-surrogate", "CEBAE1BDB9CF83CEBCCEB5EDA080656469746564"),
        ("6.22.five-byte-f8", "F8"), ("6.22.f5", "F5808080"),
    ];

    /// <summary>Characters that are right as far as they go, and end too early.</summary>
    private static readonly string[] Unfinished = ["C2", "E1", "E1BD", "F0", "F09D", "F09D84", "CEBAE1BD"];

    public static IEnumerable<WireCase> All => [.. Whole(), .. Fragmented(), .. Wrong(), .. FailFast()];

    private static IEnumerable<WireCase> Whole()
    {
        yield return new WireCase("6.1.1").Send(ClientFrame.Text("")).Returns("");
        foreach ((string id, string hex) in Valid)
        {
            byte[] text = Convert.FromHexString(hex);
            yield return new WireCase(id).Send(ClientFrame.Of(Opcode.Text, text)).Returns(Opcode.Text, text);
            yield return new WireCase(id + ".binary-too").Send(ClientFrame.Binary(text)).Returns(Opcode.Binary, text);
        }
    }

    private static IEnumerable<WireCase> Fragmented()
    {
        byte[] text = Convert.FromHexString("CEBAE1BDB9CF83CEBCCEB5F09D849E");
        for (int cut = 0; cut <= text.Length; cut++)
        {
            yield return new WireCase($"6.2.{cut}")
                .Send(ClientFrame.Of(Opcode.Text, text[..cut], fin: false), ClientFrame.Ping("between"), ClientFrame.More(text[cut..], fin: true))
                .Pongs("between").Returns(Opcode.Text, text);
        }

        yield return new WireCase("6.2.octets")
            .Send(ClientFrame.Of(Opcode.Text, [], fin: false))
            .Send([.. text.Select((octet, i) => ClientFrame.More([octet], fin: i == text.Length - 1))])
            .Returns(Opcode.Text, text);
    }

    private static IEnumerable<WireCase> Wrong()
    {
        foreach ((string id, string hex) in Invalid)
        {
            byte[] text = Convert.FromHexString(hex);
            yield return new WireCase(id).Send(ClientFrame.Of(Opcode.Text, text)).Closes(CloseCode.InvalidPayload);
            yield return new WireCase(id + ".in-octets")
                .Send([.. text.Select((octet, i) => ClientFrame.Of(i == 0 ? Opcode.Text : Opcode.Continuation, [octet], fin: false))])
                .Closes(CloseCode.InvalidPayload);
            yield return new WireCase(id + ".as-binary").Send(ClientFrame.Binary(text)).Returns(Opcode.Binary, text);
        }

        foreach (string hex in Unfinished)
        {
            byte[] text = Convert.FromHexString(hex);
            yield return new WireCase($"6.14.{hex}").Send(ClientFrame.Of(Opcode.Text, text)).Closes(CloseCode.InvalidPayload);
            yield return new WireCase($"6.14.{hex}.fragments")
                .Send(ClientFrame.Of(Opcode.Text, text, fin: false), ClientFrame.More("", fin: true)).Closes(CloseCode.InvalidPayload);
        }
    }

    /// <summary>The rest of the message, or of the frame, never comes: 1007 has to come without it.</summary>
    private static IEnumerable<WireCase> FailFast()
    {
        foreach ((string id, string hex) in Invalid)
        {
            byte[] text = [.. "good until here "u8, .. Convert.FromHexString(hex)];
            yield return new WireCase("6.4.frame." + id).Send(ClientFrame.Header(0x81, text.Length + 100, text)).Closes(CloseCode.InvalidPayload);
            yield return new WireCase("6.4.message." + id)
                .Send(ClientFrame.Of(Opcode.Text, text, fin: false)).Closes(CloseCode.InvalidPayload);
        }
    }
}
