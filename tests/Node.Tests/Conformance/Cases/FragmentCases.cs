using System.Text;
using Node.Tests.Support;
using Node.Wire;

namespace Node.Tests.Conformance.Cases;

/// <summary>5: fragmentation. 9: long messages, in one frame and in many. 10: messages cut into frames by their sender.</summary>
internal static class FragmentCases
{
    public static IEnumerable<WireCase> All => [.. Controls(), .. Order(), .. Long(), .. Automatic()];

    private static IEnumerable<WireCase> Controls()
    {
        byte[] start = ClientFrame.Text("fragment1", fin: false);
        byte[] end = ClientFrame.More("fragment2", fin: true);
        const string Whole = "fragment1fragment2";
        yield return new WireCase("5.1").Send(ClientFrame.Header(0x09, 9, new byte[9]), ClientFrame.More("x", true)).Closes(1002);
        yield return new WireCase("5.2").Send(ClientFrame.Header(0x0A, 9, new byte[9]), ClientFrame.More("x", true)).Closes(1002);
        yield return new WireCase("5.3").Send(start, end).Returns(Whole);
        yield return new WireCase("5.6").Send(start, ClientFrame.Ping("ping"), end).Pongs("ping").Returns(Whole);
        yield return new WireCase("5.6.2").Send(start, ClientFrame.Pong("pong"), end).Returns(Whole);
        yield return new WireCase("5.7").Send(start, ClientFrame.Ping("1"), ClientFrame.Ping("2"), end).Pongs("1").Pongs("2").Returns(Whole);
        yield return new WireCase("5.8").Send(start, ClientFrame.Close(1000), end).Closes(1000);
        yield return new WireCase("5.19")
            .Send(start, ClientFrame.More("a", false), ClientFrame.Ping("1"), ClientFrame.More("b", false), ClientFrame.More("c", false))
            .Send(ClientFrame.Ping("2"), end).Pongs("1").Pongs("2").Returns("fragment1abcfragment2");
    }

    private static IEnumerable<WireCase> Order()
    {
        byte[] start = ClientFrame.Text("one", fin: false);
        foreach (bool fin in (bool[])[true, false])
        {
            string suffix = fin ? "fin" : "more";
            yield return new WireCase($"5.9.{suffix}")
                .Send(ClientFrame.More("nothing began", fin), ClientFrame.Text("Hello")).Closes(1002);
            yield return new WireCase($"5.12.{suffix}")
                .Send(ClientFrame.Text("whole"), ClientFrame.More("over", fin)).Returns("whole").Closes(1002);
            yield return new WireCase($"5.15.{suffix}")
                .Send(start, ClientFrame.More("two", true), ClientFrame.More("three", fin), ClientFrame.Text("four"))
                .Returns("onetwo").Closes(1002);
            yield return new WireCase($"5.18.{suffix}").Send(start, ClientFrame.Text("another", fin)).Closes(1002);
            yield return new WireCase($"5.18.binary.{suffix}").Send(start, ClientFrame.Binary([1], fin)).Closes(1002);
        }

        yield return new WireCase("5.20").Send(ClientFrame.Text("", false), ClientFrame.More("", false), ClientFrame.More("", true)).Returns("");
        yield return new WireCase("5.21")
            .Send(ClientFrame.Text("", false), ClientFrame.More("middle", false), ClientFrame.More("", true)).Returns("middle");
        yield return new WireCase("5.22")
            .Send(ClientFrame.Binary([], false), ClientFrame.More([], true)).Returns(Opcode.Binary, []);
        yield return new WireCase("5.23").Send(start, ClientFrame.More("two", true), ClientFrame.Binary([1, 2])).Returns("onetwo")
            .Returns(Opcode.Binary, [1, 2]);

        var hundred = new WireCase("5.24").Send(ClientFrame.Text("", fin: false));
        for (int i = 0; i < 100; i++)
        {
            hundred.Send(ClientFrame.More("x", fin: i == 99));
        }

        yield return hundred.Returns(new string('x', 100));
    }

    private static IEnumerable<WireCase> Long()
    {
        (string Id, int Length)[] sizes = [("1", 64 * 1024), ("2", 256 * 1024), ("3", 1024 * 1024), ("4", 4 * 1024 * 1024)];
        foreach ((string id, int length) in sizes)
        {
            string text = new('*', length);
            byte[] binary = new byte[length];
            new Random(length).NextBytes(binary);
            yield return new WireCase($"9.1.{id}").Send(ClientFrame.Text(text)).Returns(text);
            yield return new WireCase($"9.2.{id}").Send(ClientFrame.Binary(binary)).Returns(Opcode.Binary, binary);
        }

        foreach (int size in (int[])[64, 1024, 16 * 1024, 256 * 1024])
        {
            yield return Cut($"9.3.{size}", Opcode.Text, new byte[1024 * 1024], size);
            yield return Cut($"9.4.{size}", Opcode.Binary, new byte[1024 * 1024], size);
        }

        (string Group, Opcode Opcode)[] many = [("9.7", Opcode.Text), ("9.8", Opcode.Binary)];
        foreach ((string group, Opcode opcode) in many)
        {
            foreach (int length in (int[])[0, 16, 64, 256, 1024])
            {
                var messages = new WireCase($"{group}.{length}");
                byte[] payload = [.. Enumerable.Repeat((byte)'.', length)];
                for (int i = 0; i < 1000; i++)
                {
                    messages.Send(ClientFrame.Of(opcode, payload)).Returns(opcode, payload);
                }

                yield return messages;
            }
        }
    }

    private static IEnumerable<WireCase> Automatic()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("κόσμε ", 6000)));
        foreach (int size in (int[])[1, 7, 1300, 65536])
        {
            // Cuts fall into characters, and that is allowed: a message is text, not its frames (RFC 6455, 5.6).
            yield return Cut($"10.1.{size}", Opcode.Text, size < 1300 ? text[..1100] : text, size);
        }
    }

    private static WireCase Cut(string id, Opcode opcode, byte[] payload, int size)
    {
        var cut = new WireCase(id);
        for (int start = 0; start < payload.Length; start += size)
        {
            int end = Math.Min(payload.Length, start + size);
            cut.Send(ClientFrame.Of(start == 0 ? opcode : Opcode.Continuation, payload[start..end], end == payload.Length));
        }

        return cut.Returns(opcode, payload);
    }
}
