using FsCheck;
using FsCheck.Fluent;
using Node.Wire;

namespace Node.Tests.Wire;

/// <summary>However the bytes are cut on their way, the events are the same.</summary>
public class SplitTests
{
    private static readonly DeflateAgreement Agreement = Agree();

    [Theory]
    [InlineData(WireRole.Server, false)]
    [InlineData(WireRole.Client, false)]
    [InlineData(WireRole.Server, true)]
    public void Any_frames_in_any_pieces_give_the_same_events(WireRole role, bool deflates)
    {
        Gen<byte[]> stream = Frame(role, deflates).ListOf().Select(frames => frames.SelectMany(f => f).ToArray());
        Gen<int[]> pieces = Gen.Frequency((4, Gen.Choose(1, 7)), (1, Gen.Choose(1, 400))).ArrayOf();
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(700),
            Prop.ForAll(stream.ToArbitrary(), pieces.ToArbitrary(), (bytes, cuts) =>
            {
                List<string> whole = WireFeed.Read(bytes, [], Feed());
                Assert.Equal(whole, WireFeed.Read(bytes, Enumerable.Repeat(1, bytes.Length), Feed()));
                Assert.Equal(whole, WireFeed.Read(bytes, cuts, Feed()));
            }));

        WireFeed Feed() => new(role, maxMessage: 300, deflates ? Agreement.CreateInflater(role) : null);
    }

    private static Gen<byte[]> Frame(WireRole role, bool deflates)
    {
        Gen<byte> opcode = Gen.Frequency(
            (6, Gen.Elements<byte>(0, 1, 2)),
            (3, Gen.Elements<byte>(9, 10)),
            (1, Gen.Choose(0, 15).Select(i => (byte)i)));
        Gen<byte[]> payload = Gen.Frequency(
            (4, Gen.Choose(0x20, 0x7E).Select(i => (byte)i).ArrayOf()),
            (2, Gen.Elements("é", "€", "😀", "").Select(System.Text.Encoding.UTF8.GetBytes)),
            (1, Gen.Choose(0, 320).Select(length => new byte[length])),
            (1, Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf()));
        Gen<int> oddity = Gen.Frequency((20, Gen.Constant(0)), (1, Gen.Choose(1, 6)));
        return opcode.SelectMany(op => payload.SelectMany(data => oddity.SelectMany(odd =>
            Gen.Choose(0, 7).Select(bits => Build(role, deflates, op, data, odd, bits)))));
    }

    private static byte[] Build(WireRole role, bool deflates, byte opcode, byte[] data, int oddity, int bits)
    {
        bool isControl = opcode >= 8;
        bool fin = isControl || (bits & 3) != 0;
        bool rsv1 = deflates && opcode is 1 or 2 && (bits & 4) != 0;
        byte[] payload = rsv1 && fin ? Compress(data) : isControl ? data[..Math.Min(data.Length, 125)] : data;
        byte[] frame = role == WireRole.Server
            ? FrameBytes.Client((Opcode)opcode, payload, fin, rsv1)
            : FrameBytes.Server((Opcode)opcode, payload, fin, rsv1);
        switch (oddity)
        {
            case 1:
                frame[0] ^= 0x20;
                break;
            case 2:
                frame[1] ^= 0x80;
                break;
            case 3:
                frame[0] ^= 0x40;
                break;
            case 4:
                frame[^1] ^= 0x41;
                break;
            case 5:
                frame = frame[..^1];
                break;
        }

        return frame;
    }

    private static byte[] Compress(byte[] data)
    {
        using Deflater deflater = Agreement.CreateDeflater(WireRole.Client, level: 6);
        var output = new MessageAssembler();
        deflater.Compress(data, output);
        return output.Written.ToArray();
    }

    private static DeflateAgreement Agree() => HandshakeTexts.Agree("permessage-deflate");
}
