using System.Globalization;
using System.Text;
using System.Text.Json;
using Node.Wire.Messages;

namespace Node.Tests.Messages;

/// <summary>A client message that owns its parts: what the tests generate and compare.</summary>
public sealed record MessageModel
{
    public string MessageId { get; init; } = "";

    public ulong Seq { get; init; }

    public string Room { get; init; } = "";

    public string User { get; init; } = "";

    public ulong Offset { get; init; }

    public string Epoch { get; init; } = "";

    public DataKind Kind { get; init; }

    /// <summary>One character a byte, so that records compare and print.</summary>
    public string Data { get; init; } = "";

    public uint ErrorCode { get; init; }

    public string ErrorReason { get; init; } = "";

    public byte[] DataBytes => Encoding.Latin1.GetBytes(Data);

    public static MessageModel Of(in ClientMessage message) => new()
    {
        MessageId = Encoding.UTF8.GetString(message.MessageId),
        Seq = message.Seq,
        Room = Encoding.UTF8.GetString(message.Room),
        User = Encoding.UTF8.GetString(message.User),
        Offset = message.Offset,
        Epoch = Encoding.UTF8.GetString(message.Epoch),
        Kind = message.DataKind,
        Data = Encoding.Latin1.GetString(message.Data),
        ErrorCode = message.ErrorCode,
        ErrorReason = Encoding.UTF8.GetString(message.ErrorReason),
    };

    /// <summary>The fields of a vector (protocol/vectors/README.md).</summary>
    public static MessageModel OfVector(JsonElement fields)
    {
        string Text(string name) => fields.TryGetProperty(name, out JsonElement value) ? value.GetString()! : "";
        ulong Number(string name) => Text(name) is { Length: > 0 } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : 0;
        byte[] json = Encoding.UTF8.GetBytes(Text("data_json"));
        byte[] bytes = Convert.FromHexString(Text("data_hex"));
        return new()
        {
            MessageId = Text("message_id"),
            Seq = Number("seq"),
            Room = Text("room"),
            User = Text("user"),
            Offset = Number("offset"),
            Epoch = Text("epoch"),
            Kind = json.Length > 0 ? DataKind.Json : bytes.Length > 0 ? DataKind.Binary : DataKind.None,
            Data = Encoding.Latin1.GetString(json.Length > 0 ? json : bytes),
            ErrorCode = fields.TryGetProperty("error_code", out JsonElement code) ? code.GetUInt32() : 0,
            ErrorReason = Text("error_reason"),
        };
    }

    /// <summary>What is left of it after a protobuf encoding, which does not know JSON from other bytes.</summary>
    public MessageModel AsBinary() => Data.Length == 0 ? this : this with { Kind = DataKind.Binary };

    public byte[] ToJson() => Write(proto: false);

    public byte[] ToProto() => Write(proto: true);

    private byte[] Write(bool proto)
    {
        var message = new ClientMessage
        {
            MessageId = Encoding.UTF8.GetBytes(MessageId),
            Seq = Seq,
            Room = Encoding.UTF8.GetBytes(Room),
            User = Encoding.UTF8.GetBytes(User),
            Offset = Offset,
            Epoch = Encoding.UTF8.GetBytes(Epoch),
            DataKind = Kind,
            Data = DataBytes,
            ErrorCode = ErrorCode,
            ErrorReason = Encoding.UTF8.GetBytes(ErrorReason),
        };
        byte[] buffer = new byte[proto ? ProtoCodec.MaxSize(message) : JsonCodec.MaxSize(message)];
        int written = proto ? ProtoCodec.Write(message, buffer) : JsonCodec.Write(message, buffer);
        Assert.True(!proto || written == buffer.Length, "MaxSize of a protobuf message is exact");
        return buffer[..written];
    }
}
