using System.Text;
using Node.Wire.Messages;

namespace Node.Tests.Messages;

/// <summary>What the vectors cannot say: names, sizes, and what a refusal leaves behind.</summary>
public class ContractTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("löbby", true)]
    [InlineData("\u00A0\u00BF", true)]
    [InlineData("a\u0000", false)]
    [InlineData("\u001f", false)]
    [InlineData("\u007f", false)]
    [InlineData("é\u0080", false)]
    [InlineData("\u00A0\u009f", false)]
    public void A_name_has_no_control_characters(string name, bool valid) =>
        Assert.Equal(valid, Names.IsValid(Encoding.UTF8.GetBytes(name), Names.MaxRoom));

    [Fact]
    public void A_name_is_utf8_and_fits()
    {
        Assert.True(Names.IsValid(new byte[] { 0xC3, 0xA9 }, 2));
        Assert.False(Names.IsValid(new byte[] { 0xC3, 0xA9 }, 1));
        Assert.False(Names.IsValid(new byte[] { 0xC2 }, 2));
        Assert.False(Names.IsValid(new byte[] { 0xFF }, 2));
    }

    [Fact]
    public void A_destination_shorter_than_the_bound_is_refused_before_anything_is_written()
    {
        byte[] destination = new byte[8];
        Assert.Throws<ArgumentException>(() => JsonCodec.Write(new ClientMessage { MessageId = "join"u8 }, destination));
        Assert.Throws<ArgumentException>(() => ProtoCodec.Write(new ClientMessage { Epoch = "12345678"u8 }, destination));
        Assert.Equal(new byte[8], destination);
    }

    [Fact]
    public void The_worst_message_stays_within_its_bound()
    {
        var model = new MessageModel
        {
            MessageId = new string('\u0001', 64),
            Seq = ulong.MaxValue,
            Room = new string('\u0001', 128),
            User = new string('\u0001', 128),
            Offset = ulong.MaxValue,
            Epoch = new string('\u0001', 64),
            Kind = DataKind.Binary,
            Data = "ab",
            ErrorCode = uint.MaxValue,
            ErrorReason = new string('\u0001', 1000),
        };
        Assert.True(model.ToJson().Length > 6 * 1384);
    }

    [Fact]
    public void Of_several_bad_names_the_first_is_reported_and_the_rest_of_the_message_stands()
    {
        string json = $$"""{"room":"{{new string('r', 129)}}","user":"\u0000","seq":9,"message_id":"join","data":1}""";
        (MessageModel? message, string? error) = Codec.ReadJson(Encoding.UTF8.GetBytes(json));
        Assert.Equal(ReadErrors.BadRoom, error);
        Assert.Equal(new MessageModel { Seq = 9, MessageId = "join", Kind = DataKind.Json, Data = "1" }, message);
    }

    [Fact]
    public void A_message_that_cannot_be_read_leaves_nothing_behind()
    {
        Assert.False(JsonCodec.TryRead("{\"seq\":1,\"room\":2}"u8.ToArray(), out ClientMessage json, out _));
        Assert.Equal(new MessageModel(), MessageModel.Of(json));
        Assert.False(ProtoCodec.TryRead([0x10, 0x01, 0x0a, 0x05], out ClientMessage proto, out _));
        Assert.Equal(new MessageModel(), MessageModel.Of(proto));
    }

    [Fact]
    public void A_payload_of_nothing_but_brackets_costs_one_pass()
    {
        byte[] brackets = new byte[1 << 20];
        brackets.AsSpan().Fill((byte)'[');
        Assert.Equal(ReadErrors.NestedTooDeep, Codec.ReadJson([.. "{\"data\":"u8, .. brackets]).Error);
        brackets.AsSpan().Fill((9 << 3) | 3);
        Assert.Equal(ReadErrors.TooDeep, Codec.ReadProto(brackets).Error);
    }

    [Theory]
    [InlineData("data", 63, null)]
    [InlineData("data", 64, ReadErrors.NestedTooDeep)]
    [InlineData("x", 64, ReadErrors.NestedTooDeep)]
    public void Nesting_beyond_the_limit_is_named(string field, int levels, string? error)
    {
        string json = $"{{\"{field}\":{new string('[', levels)}{new string(']', levels)}}}";
        Assert.Equal(error, Codec.ReadJson(Encoding.UTF8.GetBytes(json)).Error);
        Assert.Equal(ReadErrors.NotJson, Codec.ReadJson("{\"data\":[[}"u8.ToArray()).Error);
    }

    [Fact]
    public void The_routes_are_those_of_the_protocol()
    {
        Assert.True(Routes.Connect.SequenceEqual("connect"u8) && Routes.Ping.SequenceEqual("ping"u8));
        Assert.True(Routes.Join.SequenceEqual("join"u8) && Routes.Leave.SequenceEqual("leave"u8));
        Assert.True(Routes.Publish.SequenceEqual("publish"u8) && Routes.Direct.SequenceEqual("direct"u8));
        Assert.True(Routes.History.SequenceEqual("history"u8) && Routes.Presence.SequenceEqual("presence"u8));
        Assert.True(Routes.Joined.SequenceEqual("joined"u8) && Routes.Left.SequenceEqual("left"u8));
    }
}
