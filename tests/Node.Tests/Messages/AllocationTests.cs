using System.Buffers;
using System.Text;
using Node.Wire.Messages;

namespace Node.Tests.Messages;

/// <summary>The hot path's promise: nothing is allocated per message.</summary>
public class AllocationTests
{
    private const string Json =
        """{"message_id":"publish","seq":2,"room":"l\u00f6bby","user":"al\"ice","offset":42,"epoch":"k","data":{"a":[1,2]}}""";

    private readonly byte[] _source = Encoding.UTF8.GetBytes(Json);
    private readonly byte[] _payload = new byte[Json.Length];
    private readonly byte[] _output = new byte[4096];

    [Fact]
    public void Reading_and_writing_json_allocates_nothing() => AssertFree(() =>
    {
        _source.CopyTo(_payload, 0);
        Assert.True(JsonCodec.TryRead(_payload, out ClientMessage message, out _));
        JsonCodec.Write(message, _output);
        message.DataKind = DataKind.Binary;
        JsonCodec.Write(message, _output);
        message.Data = "not JSON"u8;
        JsonCodec.Write(message, _output);
    });

    [Fact]
    public void Reading_and_writing_protobuf_allocates_nothing()
    {
        byte[] proto = Codec.ReadJson(_source).Message!.ToProto();
        AssertFree(() =>
        {
            Assert.True(ProtoCodec.TryRead(proto, out ClientMessage message, out _));
            ProtoCodec.Write(message, _output);
        });
    }

    [Fact]
    public void Refusing_a_message_allocates_nothing() => AssertFree(() =>
    {
        JsonCodec.TryRead(_payload, out _, out _);
        ProtoCodec.TryRead(_source, out _, out _);
    });

    [Fact]
    public void Building_data_allocates_nothing()
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        AssertFree(() =>
        {
            buffer.ResetWrittenCount();
            var writer = new JsonDataWriter(buffer);
            writer.BeginObject();
            writer.Name("count"u8);
            writer.Number(2);
            writer.Name("users"u8);
            writer.BeginArray();
            writer.String("alice"u8);
            writer.EndArray();
            writer.Data(DataKind.Binary, "\0"u8);
            writer.EndObject();
        });
    }

    private static void AssertFree(Action action)
    {
        for (int i = 0; i < 100; i++)
        {
            action();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            action();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
