using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;
using Node.Rpc;

namespace Node.Tests.Rpc;

/// <summary>The small parts of the protocol, each by itself.</summary>
public sealed class WireTests
{
    [Theory]
    [InlineData(0, "0u")]
    [InlineData(-5, "0u")]
    [InlineData(1, "1u")]
    [InlineData(15, "2u")]
    [InlineData(10_000_000, "1000000u")]
    [InlineData(999_999_990, "99999999u")]
    [InlineData(999_999_991, "100000m")]
    public void A_timeout_is_written_in_the_finest_unit_that_has_room(long ticks, string text)
    {
        Assert.Equal(text, GrpcTimeout.Format(TimeSpan.FromTicks(ticks)));
    }

    [Theory]
    [InlineData("1H", 3600_0000000)]
    [InlineData("2M", 120_0000000)]
    [InlineData("3S", 3_0000000)]
    [InlineData("4m", 40_000)]
    [InlineData("5u", 50)]
    [InlineData("600n", 6)]
    [InlineData("99999999H", 99_999_999 * 36_000_000_000)]
    public void A_timeout_is_read_in_every_unit(string text, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(text, out TimeSpan timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("100 %", "100 %25")]
    [InlineData("a\nb", "a%0Ab")]
    [InlineData("世", "%E4%B8%96")]
    public void A_message_of_a_status_travels_percent_encoded(string text, string encoded)
    {
        Assert.Equal(encoded, StatusText.Encode(text));
        Assert.Equal(text, StatusText.Decode(encoded));
    }

    [Theory]
    [InlineData("50%")]
    [InlineData("%zz")]
    public void A_message_that_is_badly_encoded_stays_as_it_is(string text) => Assert.Equal(text, StatusText.Decode(text));

    [Fact]
    public void Metadata_keeps_order_and_the_last_of_a_key_counts()
    {
        Metadata metadata = new() { { "Key", "1" }, { "other", "2" }, { "key", "3" } };
        Assert.Equal(["key", "other", "key"], metadata.Select(entry => entry.Key));
        Assert.Equal("3", metadata.GetValue("KEY"));
        Assert.Equal("1"u8, metadata[0].ValueBytes);
        Assert.Null(metadata.GetValue("none"));
        Assert.Equal(3, metadata.Count);
        Assert.Equal("key: 1", metadata[0].ToString());
    }

    [Fact]
    public void Metadata_that_may_not_travel_is_refused()
    {
        Metadata metadata = [];
        Assert.Throws<ArgumentException>(() => metadata.Add("a key", "x"));
        Assert.Throws<ArgumentException>(() => metadata.Add("", "x"));
        Assert.Throws<ArgumentException>(() => metadata.Add("key", "a\r\nb"));
        Assert.Throws<ArgumentException>(() => metadata.Add("key", "ü"));
        Assert.Throws<ArgumentException>(() => metadata.Add("key-bin", "text"));
        Assert.Throws<ArgumentException>(() => metadata.Add("key", [1]));
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("key", "x"));
        metadata.Add("key-bin", [1]);
        Assert.Throws<InvalidOperationException>(() => metadata.GetValue("key-bin"));
        Assert.Equal("key-bin: 1 bytes", metadata[0].ToString());
    }

    [Theory]
    [InlineData("grpc-timeout")]
    [InlineData(":path")]
    [InlineData("te")]
    [InlineData("Content-Type")]
    public void What_the_protocol_keeps_for_itself_is_no_metadata(string name)
    {
        Metadata metadata = [];
        MetadataText.AddReceived(metadata, name, "x");
        Assert.Empty(metadata);
    }

    [Fact]
    public async Task Messages_are_read_wherever_the_stream_is_split()
    {
        byte[] stream = [.. RawCall.Framed(0, [1, 2, 3]), .. RawCall.Framed(0, []), .. RawCall.Framed(0, [4])];
        for (int split = 1; split < stream.Length; split++)
        {
            var pipe = new Pipe();
            var reader = new MessageReader(pipe.Reader, 100, gzip: false);
            Task<byte[]?> first = reader.ReadAsync(HandMade.Bytes, default).AsTask();
            await pipe.Writer.WriteAsync(stream.AsMemory(0, split));
            await pipe.Writer.WriteAsync(stream.AsMemory(split));
            await pipe.Writer.CompleteAsync();
            Assert.Equal<byte[]>([1, 2, 3], (await first)!);
            Assert.Empty((await reader.ReadAsync(HandMade.Bytes, default))!);
            Assert.Equal<byte[]?>([4], await reader.ReadAsync(HandMade.Bytes, default));
            Assert.Null(await reader.ReadAsync(HandMade.Bytes, default));
        }
    }

    [Fact]
    public async Task A_message_is_compressed_only_where_that_helps()
    {
        (byte[] Payload, byte Flag)[] cases =
        [
            (new byte[1023], 0),
            (new byte[1024], 1),
            (System.Security.Cryptography.RandomNumberGenerator.GetBytes(2000), 0),
        ];
        foreach ((byte[] payload, byte flag) in cases)
        {
            var output = new ArrayBufferWriter<byte>();
            new MessageWriter(output, int.MaxValue, gzip: true).Write(payload, HandMade.Streamed, null);
            Assert.Equal(flag, output.WrittenSpan[0]);
            var reader = new MessageReader(PipeReader.Create(new ReadOnlySequence<byte>(output.WrittenMemory)), int.MaxValue, gzip: true);
            Assert.Equal(payload, await reader.ReadAsync(HandMade.Bytes, default));
        }
    }

    [Fact]
    public void A_service_must_be_generated_and_is_mapped_once()
    {
        var server = new RpcServer(new RpcServerOptions());
        Assert.Throws<ArgumentException>(() => server.MapGrpcService("no service"));
        server.MapGrpcService(new ProbeService());
        Assert.Contains("/probe.Probe/Echo", Assert.Throws<ArgumentException>(() => server.MapGrpcService(new ProbeService())).Message, StringComparison.Ordinal);
        ArgumentException byHand = Assert.Throws<ArgumentException>(() => server.MapGrpcService(Probe.BindService(new ProbeService())));
        Assert.Contains("/probe.Probe/Echo", byHand.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_are_wrong_are_named()
    {
        (RpcServerOptions Options, string Says)[] cases =
        [
            (new() { Port = 65536 }, "port 65536"),
            (new() { BindAddress = "here" }, "'here'"),
            (new() { MaxReceiveMessageSize = -1 }, "sizes"),
            (new() { MaxCallsPerConnection = 0 }, "calls per connection 0"),
            (new() { KeepAliveDelay = TimeSpan.Zero }, "keep-alive"),
            (new() { Tls = new RpcTls() }, "certificate"),
        ];
        foreach ((RpcServerOptions options, string says) in cases)
        {
            Assert.Contains(says, Assert.Throws<ArgumentException>(() => new RpcServer(options)).Message, StringComparison.Ordinal);
        }
    }
}
