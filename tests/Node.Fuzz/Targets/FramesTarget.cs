using System.Text;
using System.Text.Unicode;
using Node.Wire;

namespace Node.Fuzz.Targets;

/// <summary>
/// Frames in either role, plain and compressed: the same events however the bytes are cut, and none that breaks the reader's
/// promises. The first byte chooses the role and what was negotiated, the rest is what arrives.
/// </summary>
public sealed class FramesTarget : FuzzTarget
{
    private const int MaxMessage = 2048;

    // The longest header with a whole control payload, less one byte.
    private const int MostLeftover = FrameWriter.MaxHeaderSize + FrameWriter.MaxControlPayload - 1;

    public override string Name => "frames";

    public override IEnumerable<byte[]> Seeds =>
        from bytes in Vectors.Read("frames.json")
        from choice in Enumerable.Range(0, 8)
        select (byte[])[(byte)choice, .. bytes];

    public override IReadOnlyList<byte[]> Dictionary { get; } =
    [
        [0x81, 0x00], [0x81, 0x80, 0, 0, 0, 0], [0x01, 0x81, 0, 0, 0, 0, 0xC3], [0x80, 0x81, 0, 0, 0, 0, 0xA9], [0x89, 0x80, 1, 2, 3, 4],
        [0x88, 0x82, 0, 0, 0, 0, 3, 0xE8], [0xC1, 0x87, 0, 0, 0, 0, 0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0], [0x88, 0x02, 3, 0xE8],
        [0xC1, 0x07, 0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0], [0x82, 0xFE, 0x08, 0x00, 0, 0, 0, 0], [0x82, 0x7E, 0x08, 0x01],
    ];

    public override void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
        {
            return;
        }

        int choice = input[0];
        input = input[1..];
        string atOnce = Events(choice, input, Cuts.AtOnce(input.Length));
        Broken.UnlessEqual(atOnce, Events(choice, input, Cuts.Bytewise(input.Length)), "bytewise");
        Broken.UnlessEqual(atOnce, Events(choice, input, Cuts.Anyhow(input)), "in pieces");
    }

    private static string Events(int choice, ReadOnlySpan<byte> input, int[] arrived)
    {
        using var context = new MessageReaderContext((choice & 1) == 0 ? WireRole.Server : WireRole.Client, MaxMessage);
        using Inflater? inflater = (choice & 2) == 0 ? null : new Inflater(15, contextTakeover: (choice & 4) != 0);
        var reader = new MessageReader(inflater);
        var events = new StringBuilder();
        // Unmasked in place, each byte once; what was not consumed stays where it is and is offered again.
        byte[] bytes = input.ToArray();
        int at = 0;
        foreach (int end in arrived)
        {
            for (WireEventKind kind = WireEventKind.Message; kind != WireEventKind.NeedMore;)
            {
                WireEvent found = reader.Read(bytes.AsSpan(at, end - at), context);
                Broken.Unless(found.Consumed <= end - at, "no more is consumed than there is");
                at += found.Consumed;
                kind = found.Kind;
                Check(found);
                Describe(found, events);
            }

            Broken.Unless(end - at <= MostLeftover, "at most an incomplete control frame is left over");
        }

        reader.Release(context);
        Broken.Unless(context.Assemblers.Lent == 0, "what was lent comes back");
        return events.ToString();
    }

    private static void Check(in WireEvent found)
    {
        bool isText = found.Kind == WireEventKind.Close || (found.Kind == WireEventKind.Message && found.Opcode == Opcode.Text);
        Broken.Unless(!isText || Utf8.IsValid(found.Payload), "text is UTF-8");
        Broken.Unless(found.Payload.Length <= MaxMessage, "a message is within the limit");
        Broken.Unless(
            found.Kind is WireEventKind.Message or WireEventKind.NeedMore || found.Payload.Length <= FrameWriter.MaxControlPayload,
            "a control frame is within its limit");
        Broken.Unless(
            found.Kind != WireEventKind.Error || CloseCode.IsValidOnWire(found.Code), "an error has a code that may be sent");
    }

    private static void Describe(in WireEvent found, StringBuilder events)
    {
        if (found.Kind != WireEventKind.NeedMore)
        {
            events.Append(found.Kind).Append(' ').Append(found.Opcode).Append(' ').Append(found.Code).Append(' ')
                .Append(found.Reason).Append(Convert.ToHexString(found.Payload)).Append('\n');
        }
    }
}
