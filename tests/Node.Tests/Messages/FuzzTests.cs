using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Node.Wire.Messages;
using Message = Node.Protocol.Message;

namespace Node.Tests.Messages;

/// <summary>Broken input: never an exception, never a verdict that the reference implementations do not share.</summary>
public class FuzzTests
{
    private static readonly byte[] s_jsonAlphabet = Encoding.UTF8.GetBytes("{}[]\":,\\/ubtn0123456789.eE+- \t\n\0truefalsnd_");

    private static readonly byte[] s_anyByte = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

    [Fact]
    public void A_mutated_json_message_is_read_only_if_the_framework_reads_it() => ForAll(
        MessageGen.Message.SelectMany(model => MessageGen.Mutation(model.ToJson(), s_jsonAlphabet)),
        bytes =>
        {
            (MessageModel? message, string? error) = Codec.ReadJson(bytes);
            bool isObject = IsJsonText(bytes, maxDepth: 64, out JsonValueKind kind) && kind == JsonValueKind.Object;
            Assert.True(isObject || message is null, $"read, but is no JSON object: {Encoding.UTF8.GetString(bytes)}");
            bool malformed = error is ReadErrors.NotJson or ReadErrors.NestedTooDeep or ReadErrors.NotAnObject or ReadErrors.TrailingBytes;
            Assert.False(isObject && malformed, $"refused, but is a JSON object: {Encoding.UTF8.GetString(bytes)}");
        });

    [Fact]
    public void Mutated_bytes_become_a_json_value_exactly_if_the_framework_reads_them() => ForAll(
        MessageGen.Json.SelectMany(text => MessageGen.Mutation(Encoding.UTF8.GetBytes(text), s_jsonAlphabet)),
        bytes =>
        {
            var model = new MessageModel { Kind = DataKind.Binary, Data = Encoding.Latin1.GetString(bytes) };
            bool asValue = Encoding.UTF8.GetString(model.ToJson()).StartsWith("{\"data\":", StringComparison.Ordinal);
            Assert.Equal(IsJsonText(bytes), asValue);
        });

    [Fact]
    public void A_mutated_protobuf_message_is_read_only_as_google_reads_it() => ForAll(
        MessageGen.Message.SelectMany(model => MessageGen.Mutation(model.ToProto(), s_anyByte)),
        bytes =>
        {
            (MessageModel? message, string? error) = Codec.ReadProto(bytes);
            if (error is null)
            {
                Message reference = Message.Parser.ParseFrom(bytes);
                Assert.Equal(Of(reference), message);
            }
        });

    [Fact]
    public void Random_bytes_are_no_more_than_refused() => ForAll(
        MessageGen.Bytes,
        bytes =>
        {
            Codec.ReadProto(bytes);
            Codec.ReadJson(bytes);
            Codec.ReadJson([.. "{\"data\":"u8, .. bytes, .. "}"u8]);
            Codec.ReadJson([.. "{\"data_base64\":\""u8, .. bytes, .. "\"}"u8]);
        });

    /// <summary>The framework's verdict on bytes as data: one JSON text, UTF-8, no deeper than a message leaves room for.</summary>
    public static bool IsJsonText(byte[] bytes) => IsJsonText(bytes, maxDepth: 63, out _) && Utf8.IsValid(bytes);

    private static bool IsJsonText(byte[] bytes, int maxDepth, out JsonValueKind kind)
    {
        kind = JsonValueKind.Undefined;
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = maxDepth });
            kind = document.RootElement.ValueKind;
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static MessageModel Of(Message message) => new()
    {
        MessageId = message.MessageId,
        Seq = message.Seq,
        Room = message.Room,
        User = message.User,
        Offset = message.Offset,
        Epoch = message.Epoch,
        Kind = message.Data.IsEmpty ? DataKind.None : DataKind.Binary,
        Data = Encoding.Latin1.GetString(message.Data.Span),
        ErrorCode = message.Error?.Code ?? 0,
        ErrorReason = message.Error?.Reason ?? "",
    };

    private static void ForAll(Gen<byte[]> bytes, Action<byte[]> check) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(bytes.ToArbitrary(), check));
}
