using Node.Tests.Support;
using Node.Wire;

namespace Node.Tests.Conformance.Cases;

/// <summary>2: pings and pongs. 7: the close handshake, with every range of codes.</summary>
internal static class ControlCases
{
    private static readonly int[] GoodCodes =
        [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3001, 3499, 3500, 3999, 4000, 4999];

    private static readonly int[] BadCodes =
        [0, 1, 100, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2001, 2999, 5000, 5001, 32768, 65535];

    public static IEnumerable<WireCase> All => [.. Pings(), .. Closes(), .. Codes(), .. Reasons()];

    private static IEnumerable<WireCase> Pings()
    {
        string longest = new('p', 125);
        byte[] notText = [0x00, 0xFF, 0xFE, 0xFD, 0xFC, 0xFB, 0x00, 0xFF];
        yield return new WireCase("2.1").Send(ClientFrame.Ping()).Pongs();
        yield return new WireCase("2.2").Send(ClientFrame.Ping("Hello, world!")).Pongs("Hello, world!");
        yield return new WireCase("2.3").Send(ClientFrame.Of(Opcode.Ping, notText)).Returns(Opcode.Pong, notText);
        yield return new WireCase("2.4").Send(ClientFrame.Ping(longest)).Pongs(longest);
        yield return new WireCase("2.5")
            .Send(ClientFrame.Header(0x89, 126, new byte[126]), ClientFrame.Ping()).Closes(CloseCode.ProtocolError);
        yield return new WireCase("2.5.2")
            .Send(ClientFrame.Header(0x8A, 126, new byte[126])).Closes(CloseCode.ProtocolError);
        yield return new WireCase("2.5.3")
            .Send(ClientFrame.Header(0x89, 65536, [])).Closes(CloseCode.ProtocolError);
        yield return new WireCase("2.7").Send(ClientFrame.Pong());
        yield return new WireCase("2.8").Send(ClientFrame.Pong("unasked"));
        yield return new WireCase("2.9").Send(ClientFrame.Pong("unasked"), ClientFrame.Ping("asked")).Pongs("asked");

        var ten = new WireCase("2.10");
        for (int i = 0; i < 10; i++)
        {
            ten.Send(ClientFrame.Ping($"payload {i}")).Pongs($"payload {i}");
        }

        yield return ten;
        yield return new WireCase("2.12").Send(ClientFrame.Header(0x09, 0, [])).Closes(CloseCode.ProtocolError);
        yield return new WireCase("2.13").Send(ClientFrame.Header(0x0A, 2, [1, 2])).Closes(CloseCode.ProtocolError);
    }

    private static IEnumerable<WireCase> Closes()
    {
        byte[] close = ClientFrame.Close(CloseCode.Normal);
        yield return new WireCase("7.1.1").Send(ClientFrame.Text("Hello"), close).Returns("Hello").Closes(1000);
        yield return new WireCase("7.1.2").Send(close, close).Closes(1000);
        yield return new WireCase("7.1.3").Send(close, ClientFrame.Ping("late")).Closes(1000);
        yield return new WireCase("7.1.4").Send(close, ClientFrame.Text("late")).Closes(1000);
        yield return new WireCase("7.1.5").Send(ClientFrame.Text("a", fin: false), close, ClientFrame.More("b", fin: true)).Closes(1000);
        string large = new('*', 256 * 1024);
        yield return new WireCase("7.1.6").Send(ClientFrame.Text(large), close, ClientFrame.Ping()).Returns(large).Closes(1000);
        yield return new WireCase("7.1.7").Send(close, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]).Closes(1000);

        yield return new WireCase("7.3.1").Send(ClientFrame.Of(Opcode.Close, [])).Closes(CloseCode.NoStatus);
        yield return new WireCase("7.3.2").Send(ClientFrame.Of(Opcode.Close, [0x03])).Closes(CloseCode.ProtocolError);
        yield return new WireCase("7.3.3").Send(close).Closes(1000);
        yield return new WireCase("7.3.4").Send(ClientFrame.Close(1000, "Hello World!")).Closes(1000);
        yield return new WireCase("7.3.5").Send(ClientFrame.Close(1000, new string('*', 123))).Closes(1000);
        yield return new WireCase("7.3.6").Send(ClientFrame.Close(1000, new string('*', 124))).Closes(CloseCode.ProtocolError);
        yield return new WireCase("7.3.7").Send(ClientFrame.Header(0x08, 2, [0x03, 0xE8])).Closes(CloseCode.ProtocolError);
    }

    private static IEnumerable<WireCase> Codes() =>
    [
        .. GoodCodes.Select(code => new WireCase($"7.7.{code}").Send(ClientFrame.Close(code)).Closes(code)),
        .. GoodCodes.Select(code => new WireCase($"7.7.{code}.reason").Send(ClientFrame.Close(code, "warum nicht")).Closes(code)),
        .. BadCodes.Select(code => new WireCase($"7.9.{code}").Send(ClientFrame.Close(code)).Closes(CloseCode.ProtocolError)),
        .. BadCodes.Select(code =>
            new WireCase($"7.9.{code}.reason").Send(ClientFrame.Close(code, "reason")).Closes(CloseCode.ProtocolError)),
    ];

    private static IEnumerable<WireCase> Reasons()
    {
        byte[] invalid = [0x03, 0xE8, 0xCE, 0xBA, 0xE1, 0xBD, 0xB9, 0xED, 0xA0, 0x80, 0x65];
        yield return new WireCase("7.5.1").Send(ClientFrame.Of(Opcode.Close, invalid)).Closes(CloseCode.InvalidPayload);
        yield return new WireCase("7.5.2").Send(ClientFrame.Of(Opcode.Close, [0x03, 0xE8, 0xC3])).Closes(CloseCode.InvalidPayload);
        yield return new WireCase("7.5.3").Send(ClientFrame.Close(1000, "κόσμε 𝄞")).Closes(1000);
    }
}
