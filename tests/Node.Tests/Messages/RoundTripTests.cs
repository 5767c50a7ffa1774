using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Node.Wire.Messages;
using Error = Node.Protocol.Error;
using Message = Node.Protocol.Message;

namespace Node.Tests.Messages;

/// <summary>What is written is read back, by us and by the framework's JSON and Google's protobuf.</summary>
public class RoundTripTests
{
    [Fact]
    public void Json_is_read_back_as_it_was_written() =>
        ForAll(model => Assert.Equal((AsJson(model), null), Codec.ReadJson(model.ToJson())));

    [Fact]
    public void Protobuf_is_read_back_as_it_was_written() =>
        ForAll(model => Assert.Equal((model.AsBinary(), null), Codec.ReadProto(model.ToProto())));

    [Fact]
    public void A_message_survives_a_change_of_encoding_and_back() => ForAll(model =>
    {
        MessageModel json = Codec.ReadJson(model.ToJson()).Message!;
        MessageModel proto = Codec.ReadProto(json.ToProto()).Message!;
        Assert.Equal(model.ToJson(), proto.ToJson());
    });

    [Fact]
    public void The_frameworks_json_reads_what_is_written() => ForAll(model =>
    {
        JsonObject node = JsonNode.Parse(model.ToJson())!.AsObject();
        string Text(JsonNode? value) => value?.GetValue<string>() ?? "";
        Assert.Equal(model.MessageId, Text(node["message_id"]));
        Assert.Equal(model.Seq, node["seq"]?.GetValue<ulong>() ?? 0);
        Assert.Equal(model.Room, Text(node["room"]));
        Assert.Equal(model.User, Text(node["user"]));
        Assert.Equal(model.Offset, node["offset"]?.GetValue<ulong>() ?? 0);
        Assert.Equal(model.Epoch, Text(node["epoch"]));
        Assert.Equal(model.ErrorCode, node["error"]?["code"]?.GetValue<uint>() ?? 0);
        Assert.Equal(model.ErrorReason, Text(node["error"]?["reason"]));
        if (node["data_base64"] is { } base64)
        {
            Assert.Equal(model.DataBytes, Convert.FromBase64String(Text(base64)));
        }
    });

    [Fact]
    public void What_the_frameworks_json_writes_is_read() => ForAll(model =>
    {
        // Its default encoder escapes all that is not ASCII, surrogate pairs included.
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = model.Seq % 2 == 0 }))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("error");
            writer.WriteString("reason", model.ErrorReason);
            writer.WriteNumber("code", model.ErrorCode);
            writer.WriteEndObject();
            writer.WriteString("epoch", model.Epoch);
            writer.WriteNumber("offset", model.Offset);
            writer.WriteString("unknown", model.ErrorReason);
            writer.WriteString("user", model.User);
            writer.WriteString("room", model.Room);
            writer.WriteNumber("seq", model.Seq);
            writer.WriteString("message_id", model.MessageId);
            if (model.Kind == DataKind.Json)
            {
                writer.WritePropertyName("data");
                writer.WriteRawValue(model.DataBytes);
            }
            else
            {
                writer.WriteBase64String("data_base64", model.DataBytes);
            }

            writer.WriteEndObject();
        }

        Assert.Equal((model, null), Codec.ReadJson(stream.ToArray()));
    });

    [Fact]
    public void Googles_protobuf_writes_the_same_bytes_and_reads_them() => ForAll(model =>
    {
        var message = new Message
        {
            MessageId = model.MessageId,
            Seq = model.Seq,
            Room = model.Room,
            User = model.User,
            Offset = model.Offset,
            Epoch = model.Epoch,
            Data = ByteString.CopyFrom(model.DataBytes),
        };
        if (model.ErrorCode != 0 || model.ErrorReason.Length > 0)
        {
            message.Error = new Error { Code = model.ErrorCode, Reason = model.ErrorReason };
        }

        byte[] bytes = model.ToProto();
        Assert.Equal(message.ToByteArray(), bytes);
        Assert.Equal(message, Message.Parser.ParseFrom(bytes));
    });

    private static void ForAll(Action<MessageModel> check) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(MessageGen.Message.ToArbitrary(), check));

    // What JSON makes of binary data: the framework is the judge of what is a JSON text.
    private static MessageModel AsJson(MessageModel model)
    {
        bool becomesValue = model.Kind == DataKind.Binary && FuzzTests.IsJsonText(model.DataBytes);
        return becomesValue ? model with { Kind = DataKind.Json, Data = model.Data.Trim(' ', '\t', '\r', '\n') } : model;
    }
}
