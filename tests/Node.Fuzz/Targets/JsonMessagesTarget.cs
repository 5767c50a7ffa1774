using System.Text.Json;
using System.Text.Unicode;
using Node.Wire.Messages;

namespace Node.Fuzz.Targets;

/// <summary>
/// Client messages in JSON: reading never throws, agrees with the framework on what is a JSON object, and what was read can be
/// written in both encodings.
/// </summary>
public sealed class JsonMessagesTarget : FuzzTarget
{
    private const byte Guard = 0xA5;
    private const int GuardBytes = 8;

    public override string Name => "messages-json";

    public override IEnumerable<byte[]> Seeds => Vectors.Read("messages.json");

    public override IReadOnlyList<byte[]> Dictionary { get; } =
    [
        "\"message_id\":"u8.ToArray(), "\"seq\":"u8.ToArray(), "\"room\":"u8.ToArray(), "\"user\":"u8.ToArray(), "\"offset\":"u8.ToArray(),
        "\"epoch\":"u8.ToArray(), "\"data\":"u8.ToArray(), "\"data_base64\":\"AA==\""u8.ToArray(),
        "\"error\":{\"code\":1,\"reason\":\"x\"}"u8.ToArray(), "\\u0000"u8.ToArray(), "\\ud83d\\ude00"u8.ToArray(), "\\udc00"u8.ToArray(),
        "18446744073709551615"u8.ToArray(), "1e5"u8.ToArray(), "-0.0E-1"u8.ToArray(), "true"u8.ToArray(), "null"u8.ToArray(),
        "[[[[[[[[[[[[[[[["u8.ToArray(), "]]]]]]]]]]]]]]]]"u8.ToArray(), ","u8.ToArray(), "{\"\":"u8.ToArray(), "}"u8.ToArray(),
    ];

    public override void Run(ReadOnlySpan<byte> input)
    {
        // Escapes are decoded in place: what lies beside the payload must stay as it is.
        byte[] buffer = new byte[input.Length + (2 * GuardBytes)];
        buffer.AsSpan().Fill(Guard);
        Span<byte> payload = buffer.AsSpan(GuardBytes, input.Length);
        input.CopyTo(payload);
        bool read = JsonCodec.TryRead(payload, out ClientMessage message, out string? error);
        Broken.Unless(read == (error is null), "a refusal says why");
        Broken.Unless(
            !buffer.AsSpan(0, GuardBytes).ContainsAnyExcept(Guard) && !buffer.AsSpan(^GuardBytes..).ContainsAnyExcept(Guard),
            "nothing is written beside the payload");

        // Text frames are checked before: for other bytes only the above is promised.
        if (Utf8.IsValid(input))
        {
            CheckVerdict(input, read, error);
            if (read)
            {
                Messages.CheckRoundTrips(message);
            }
        }
    }

    private static void CheckVerdict(ReadOnlySpan<byte> input, bool read, string? error)
    {
        bool isObject = false;
        try
        {
            using JsonDocument document = JsonDocument.Parse(input.ToArray(), new JsonDocumentOptions { MaxDepth = 64 });
            isObject = document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            // Not JSON, which is an answer.
        }

        bool malformed = error is ReadErrors.NotJson or ReadErrors.NestedTooDeep or ReadErrors.NotAnObject or ReadErrors.TrailingBytes;
        Broken.Unless(isObject || !read, "what is read is a JSON object");
        Broken.Unless(!isObject || !malformed, $"a JSON object is refused: {error}");
    }
}
