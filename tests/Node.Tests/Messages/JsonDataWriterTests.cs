using System.Buffers;
using System.Text;
using Node.Wire.Messages;

namespace Node.Tests.Messages;

public class JsonDataWriterTests
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    private string Written => Encoding.UTF8.GetString(_buffer.WrittenSpan);

    [Fact]
    public void A_reply_is_built_with_commas_where_they_belong()
    {
        var writer = new JsonDataWriter(_buffer);
        writer.BeginObject();
        writer.Name("count"u8);
        writer.Number(2);
        writer.Name("users"u8);
        writer.BeginArray();
        writer.String("alice"u8);
        writer.String("b\"o\n"u8);
        writer.EndArray();
        writer.Name("recovered"u8);
        writer.Bool(true);
        writer.Name("none"u8);
        writer.BeginArray();
        writer.EndArray();
        writer.Name("raw"u8);
        writer.Raw("[1]"u8);
        writer.EndObject();

        Assert.Equal("""{"count":2,"users":["alice","b\"o\n"],"recovered":true,"none":[],"raw":[1]}""", Written);
    }

    [Fact]
    public void Messages_in_an_array_carry_their_data_as_a_message_does()
    {
        var writer = new JsonDataWriter(_buffer);
        writer.BeginArray();
        ReadOnlySpan<byte> json = "{\"a\":1}"u8;
        Item(ref writer, 1, DataKind.Json, json);
        Item(ref writer, 2, DataKind.Binary, json);
        Item(ref writer, 3, DataKind.Binary, "\0"u8);
        Item(ref writer, 4, DataKind.None, default);
        writer.EndArray();

        Assert.Equal(
            """[{"offset":1,"data":{"a":1}},{"offset":2,"data":{"a":1}},{"offset":3,"data_base64":"AA=="},{"offset":4}]""",
            Written);

        static void Item(ref JsonDataWriter writer, ulong offset, DataKind kind, ReadOnlySpan<byte> data)
        {
            writer.BeginObject();
            writer.Name("offset"u8);
            writer.Number(offset);
            writer.Data(kind, data);
            writer.EndObject();
        }
    }

    [Fact]
    public void The_largest_number_and_false_are_written()
    {
        var writer = new JsonDataWriter(_buffer);
        writer.BeginArray();
        writer.Number(ulong.MaxValue);
        writer.Bool(false);
        writer.EndArray();
        Assert.Equal("[18446744073709551615,false]", Written);
    }
}
