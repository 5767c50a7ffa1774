using Node.Tests.Support;
using Node.Wire;

namespace Node.Tests.Conformance.Cases;

/// <summary>1: payloads of every length class. 3: reserved bits. 4: opcodes. M: masks and lengths as RFC 6455, 5.1 and 5.2 ask.</summary>
internal static class FramingCases
{
    private static readonly int[] Lengths = [0, 1, 125, 126, 127, 128, 65535, 65536, 70000];

    public static IEnumerable<WireCase> All => [.. Payloads(), .. ReservedBits(), .. Opcodes(), .. Masks(), .. LengthForms()];

    private static IEnumerable<WireCase> Payloads()
    {
        for (int i = 0; i < Lengths.Length; i++)
        {
            string text = new('*', Lengths[i]);
            byte[] binary = [.. Enumerable.Range(0, Lengths[i]).Select(n => (byte)(0xFE - n))];
            yield return new WireCase($"1.1.{i + 1}").Send(ClientFrame.Text(text)).Returns(text);
            yield return new WireCase($"1.2.{i + 1}").Send(ClientFrame.Binary(binary)).Returns(Opcode.Binary, binary);
        }
    }

    private static IEnumerable<WireCase> ReservedBits()
    {
        for (int bits = 1; bits < 8; bits++)
        {
            foreach (Opcode opcode in (Opcode[])[Opcode.Text, Opcode.Binary, Opcode.Ping, Opcode.Pong, Opcode.Close])
            {
                yield return new WireCase($"3.{bits}.{opcode}")
                    .Send(ClientFrame.Text("before"), ClientFrame.Of(opcode, [], reserved: bits), ClientFrame.Ping())
                    .Returns("before").Closes(CloseCode.ProtocolError);
            }

            yield return new WireCase($"3.{bits}.Continuation")
                .Send(ClientFrame.Text("a", fin: false), ClientFrame.Of(Opcode.Continuation, [], reserved: bits))
                .Closes(CloseCode.ProtocolError);
        }
    }

    private static IEnumerable<WireCase> Opcodes()
    {
        foreach (int opcode in (int[])[3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
        {
            string group = opcode < 8 ? "4.1" : "4.2";
            yield return new WireCase($"{group}.{opcode}")
                .Send(ClientFrame.Header((byte)(0x80 | opcode), 0, [])).Closes(CloseCode.ProtocolError);
            yield return new WireCase($"{group}.{opcode}.payload")
                .Send(ClientFrame.Text("before"), ClientFrame.Header((byte)(0x80 | opcode), 3, [1, 2, 3]), ClientFrame.Ping())
                .Returns("before").Closes(CloseCode.ProtocolError);
            yield return new WireCase($"{group}.{opcode}.fragment")
                .Send(ClientFrame.Text("a", fin: false), ClientFrame.Header((byte)opcode, 1, [1]))
                .Closes(CloseCode.ProtocolError);
        }
    }

    private static IEnumerable<WireCase> Masks()
    {
        foreach (Opcode opcode in Enum.GetValues<Opcode>())
        {
            yield return new WireCase($"M.1.{opcode}")
                .Send(ClientFrame.Unmasked(opcode, "ab")).Closes(CloseCode.ProtocolError);
        }

        yield return new WireCase("M.2").Send(ClientFrame.Text("masked"), ClientFrame.Unmasked(Opcode.Text, "not"))
            .Returns("masked").Closes(CloseCode.ProtocolError);

        // A key of zeros is a key.
        yield return new WireCase("M.3").Send([0x81, 0x82, 0, 0, 0, 0, (byte)'o', (byte)'k']).Returns("ok");
    }

    private static IEnumerable<WireCase> LengthForms()
    {
        yield return new WireCase("L.1").Send(ClientFrame.Header(0x81, 5, "hello"u8.ToArray(), 2)).Closes(CloseCode.ProtocolError);
        yield return new WireCase("L.2").Send(ClientFrame.Header(0x81, 5, "hello"u8.ToArray(), 8)).Closes(CloseCode.ProtocolError);
        yield return new WireCase("L.3").Send(ClientFrame.Header(0x82, 125, new byte[125], 2)).Closes(CloseCode.ProtocolError);
        yield return new WireCase("L.4").Send(ClientFrame.Header(0x82, 65535, new byte[65535], 8)).Closes(CloseCode.ProtocolError);
        yield return new WireCase("L.5").Send(ClientFrame.Header(0x82, long.MinValue, [], 8)).Closes(CloseCode.ProtocolError);
        yield return new WireCase("L.6").Send(ClientFrame.Header(0x82, -1, [], 8)).Closes(CloseCode.ProtocolError);
        yield return new WireCase("L.7").Send(ClientFrame.Header(0x82, long.MaxValue, [], 8)).Closes(CloseCode.MessageTooBig);
        yield return new WireCase("L.8").Send(ClientFrame.Header(0x82, uint.MaxValue + 1L, [], 8)).Closes(CloseCode.MessageTooBig);
    }
}
