using Node.Wire;

namespace Node.Tests.Wire;

/// <summary>The steady state allocates nothing.</summary>
public class AllocationTests
{
    private const int Rounds = 2000;

    [Fact]
    public void Reading_a_whole_message_allocates_nothing()
    {
        byte[] frame = FrameBytes.Client(Opcode.Text, new string('a', 500));
        AssertNothing(Reading(frame, inflater: null));
    }

    [Fact]
    public void Gathering_a_fragmented_message_allocates_nothing()
    {
        byte[] frames =
        [
            .. FrameBytes.Client(Opcode.Text, new string('a', 5000), fin: false),
            .. FrameBytes.Client(Opcode.Ping, "p"),
            .. FrameBytes.Client(Opcode.Continuation, "b"),
        ];
        AssertNothing(Reading(frames, inflater: null));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Inflating_a_message_allocates_nothing(bool takeover)
    {
        byte[] frame = FrameBytes.Client(Opcode.Text, FrameBytes.Hex("F248CDC9C90700"), rsv1: true);
        AssertNothing(Reading(frame, new Inflater(15, takeover)));
    }

    [Fact]
    public void Deflating_a_message_allocates_nothing()
    {
        var deflater = new Deflater(15, 1, contextTakeover: false);
        var output = new MessageAssembler();
        byte[] message = new byte[2000];
        AssertNothing(() =>
        {
            output.Clear();
            deflater.Compress(message, output);
        });
    }

    [Fact]
    public void A_handshake_allocates_nothing()
    {
        byte[] request = System.Text.Encoding.ASCII.GetBytes(HandshakeTexts.Request(
            changes:
            [
                ("Origin", "https://a.example.com"), ("Sec-WebSocket-Protocol", "a, b"),
                ("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"),
            ]));
        var options = new HandshakeOptions
        {
            Subprotocols = ["b"], Origins = new OriginPolicy("*.example.com"), Deflate = HandshakeTexts.Lenient,
        };
        var response = new byte[ServerHandshake.MaxResponseSize];
        AssertNothing(() =>
        {
            int scanned = 0;
            HttpRequestHead.Parse(request, ref scanned, HeadLimits.Default, out HttpRequestHead head, out _);
            ServerHandshake.Negotiate(head, options).WriteResponse(response);
        });
    }

    [Fact]
    public void Writing_a_close_frame_allocates_nothing()
    {
        var bytes = new byte[FrameWriter.MaxControlFrame];
        AssertNothing(() => FrameWriter.WriteClose(bytes, CloseCode.Drain, "retry_ms=100"));
    }

    private static Action Reading(byte[] frames, Inflater? inflater)
    {
        var context = new MessageReaderContext(WireRole.Server);
        var reader = new MessageReader(inflater);
        var input = new byte[frames.Length];
        return () =>
        {
            frames.CopyTo(input, 0);
            int at = 0;
            int messages = 0;
            for (WireEvent found = reader.Read(input, context); found.Kind != WireEventKind.NeedMore;)
            {
                messages += found.Kind == WireEventKind.Message ? 1 : 0;
                at += found.Consumed;
                found = reader.Read(input.AsSpan(at), context);
            }

            if (messages != 1)
            {
                Assert.Fail($"{messages} messages"); // Assert.Equal itself allocates
            }
        };
    }

    private static void AssertNothing(Action action)
    {
        for (int i = 0; i < 50; i++)
        {
            action();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rounds; i++)
        {
            action();
        }

        // Less than one object a round; the runtime itself may have allocated once.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Rounds);
    }
}
