using System.IO.Compression;
using Google.Protobuf;
using Grpc.Core;

namespace Node.Tests.Rpc;

/// <summary>What is wrong with a call gets its status, and the server goes on.</summary>
public sealed class BadRequestTests : IAsyncLifetime
{
    private OwnProbeServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await OwnProbeServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        // Whatever the test sent: the next call is served.
        await AnsweredAsync(StatusCode.OK, RawCall.Framed(new Ask { Number = 1 }));
        await _server.DisposeAsync();
    }

    [Fact]
    public Task No_message() => AnsweredAsync(StatusCode.Internal, []);

    [Fact]
    public Task A_prefix_that_is_cut_off() => AnsweredAsync(StatusCode.Internal, [0, 0, 0]);

    [Fact]
    public Task A_message_that_is_cut_off() => AnsweredAsync(StatusCode.Internal, [.. RawCall.Framed(new Ask { Number = 300 })[..^1]]);

    [Fact]
    public Task A_prefix_with_a_wrong_flag() => AnsweredAsync(StatusCode.Internal, RawCall.Framed(2, []));

    [Fact]
    public Task Bytes_that_are_no_message() => AnsweredAsync(StatusCode.Internal, RawCall.Framed(0, [255, 255, 255]));

    [Fact]
    public Task Two_messages_where_one_is_expected() =>
        AnsweredAsync(StatusCode.Internal, [.. RawCall.Framed(new Ask()), .. RawCall.Framed(new Ask())]);

    [Fact]
    public Task A_length_beyond_the_limit() => AnsweredAsync(StatusCode.ResourceExhausted, [0, 255, 255, 255, 255]);

    [Fact]
    public Task A_compressed_message_without_an_encoding() => AnsweredAsync(StatusCode.Internal, RawCall.Framed(1, [1]));

    [Fact]
    public Task A_compressed_message_that_is_not() =>
        AnsweredAsync(StatusCode.Internal, RawCall.Framed(1, [1, 2, 3]), headers: ("grpc-encoding", "gzip"));

    [Fact]
    public Task A_small_message_that_holds_a_large_one()
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(new Ask { Data = ByteString.CopyFrom(new byte[64 * 1024 * 1024]) }.ToByteArray());
        }

        return AnsweredAsync(StatusCode.ResourceExhausted, RawCall.Framed(1, packed.ToArray()), headers: ("grpc-encoding", "gzip"));
    }

    [Fact]
    public async Task An_unknown_encoding_is_answered_with_the_known_ones()
    {
        RawAnswer answer = await AnsweredAsync(StatusCode.Unimplemented, RawCall.Framed(1, [1]), headers: ("grpc-encoding", "snappy"));
        Assert.Equal("identity,gzip", answer.AcceptEncoding);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("S")]
    [InlineData("-1S")]
    [InlineData("123456789S")]
    [InlineData("1x")]
    public Task A_timeout_that_is_none(string timeout) =>
        AnsweredAsync(StatusCode.Internal, RawCall.Framed(new Ask()), headers: ("grpc-timeout", timeout));

    [Fact]
    public Task A_timeout_that_has_passed() =>
        AnsweredAsync(StatusCode.DeadlineExceeded, RawCall.Framed(new Ask { Wait = true }), headers: ("grpc-timeout", "0n"));

    [Fact]
    public Task A_timeout_of_centuries() => AnsweredAsync(StatusCode.OK, RawCall.Framed(new Ask()), headers: ("grpc-timeout", "99999999H"));

    [Theory]
    [InlineData("/probe.Probe/Nothing")]
    [InlineData("/probe.Nothing/Echo")]
    [InlineData("/")]
    public Task An_unknown_method(string method) => AnsweredAsync(StatusCode.Unimplemented, RawCall.Framed(new Ask()), method);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("wrong")]
    [InlineData("probe-tokem")]
    [InlineData("probe-token-and-more")]
    public async Task A_missing_or_wrong_token(string? token)
    {
        RawAnswer answer = await RawCall.SendAsync(_server.Address, RawCall.Framed(new Ask()), token: token);
        Assert.Equal((200, "16"), (answer.Http, answer.Status));
    }

    [Fact]
    public async Task Without_a_token_not_even_the_methods_can_be_told_apart()
    {
        RawAnswer answer = await RawCall.SendAsync(_server.Address, RawCall.Framed(new Ask()), "/probe.Probe/Nothing", token: null);
        Assert.Equal("16", answer.Status);
    }

    [Theory]
    [InlineData("POST", null)]
    [InlineData("POST", "application/json")]
    [InlineData("POST", "application/grpc-web")]
    [InlineData("POST", "application/grpc+json")]
    [InlineData("GET", null)]
    public async Task What_is_no_gRPC_is_415(string verb, string? type)
    {
        RawAnswer answer = await RawCall.SendAsync(_server.Address, RawCall.Framed(new Ask()), type: type, verb: verb);
        Assert.Equal(415, answer.Http);
    }

    [Theory]
    [InlineData("application/grpc+proto")]
    [InlineData("application/grpc; charset=utf-8")]
    public async Task Other_names_of_gRPC_are_gRPC(string type)
    {
        RawAnswer answer = await RawCall.SendAsync(_server.Address, RawCall.Framed(new Ask { Number = 3 }), type: type);
        Assert.Equal((200, "0"), (answer.Http, answer.Status));
        Assert.Equal(3, Answer.Parser.ParseFrom(answer.Body[5..]).Number);
    }

    private async Task<RawAnswer> AnsweredAsync(
        StatusCode status, byte[] body, string method = "/probe.Probe/Echo", params (string, string)[] headers)
    {
        RawAnswer answer = await RawCall.SendAsync(_server.Address, body, method, headers: headers);
        Assert.Equal((200, $"{(int)status}"), (answer.Http, answer.Status));
        Assert.Equal(status != StatusCode.OK, answer.Message is { Length: > 0 });
        return answer;
    }
}
