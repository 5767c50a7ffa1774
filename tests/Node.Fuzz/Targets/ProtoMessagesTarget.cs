using Node.Wire.Messages;

namespace Node.Fuzz.Targets;

/// <summary>
/// Client messages in protobuf: reading never throws, and what was read can be written in both encodings. That the verdicts are
/// Google's is a property test's business, which has the generated classes.
/// </summary>
public sealed class ProtoMessagesTarget : FuzzTarget
{
    public override string Name => "messages-proto";

    public override IEnumerable<byte[]> Seeds => Vectors.Read("messages.json");

    public override IReadOnlyList<byte[]> Dictionary { get; } =
    [
        [0x0A, 0x01, 0x61], [0x10, 0x01], [0x1A, 0x02, 0xC3, 0xA9], [0x22, 0x01, 0x62],
        [0x28, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
        [0x32, 0x01, 0x65], [0x3A, 0x02, 0x7B, 0x7D], [0x3A, 0x04, 0x20, 0x5B, 0x5D, 0x0A], [0x42, 0x04, 0x08, 0x01, 0x12, 0x00],
        [0x7B, 0x7C], [0x79, 0, 0, 0, 0, 0, 0, 0, 0], [0x7D, 0, 0, 0, 0],
    ];

    public override void Run(ReadOnlySpan<byte> input)
    {
        bool read = ProtoCodec.TryRead(input, out ClientMessage message, out string? error);
        Broken.Unless(read == (error is null), "a refusal says why");
        if (read)
        {
            Messages.CheckRoundTrips(message);
        }
    }
}
