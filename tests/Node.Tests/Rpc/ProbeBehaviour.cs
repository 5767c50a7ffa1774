using Google.Protobuf;
using Grpc.Core;
using Node.Rpc;

namespace Node.Tests.Rpc;

/// <summary>What our client has to get from a server of the probe service, whoever made it.</summary>
public abstract class ProbeBehaviour : IAsyncLifetime
{
    private const int Limit = 4 * 1024 * 1024;

    private IProbeServer _server = null!;
    private GrpcChannel _channel = null!;
    private Probe.ProbeClient _client = null!;

    protected abstract Task<IProbeServer> StartServerAsync();

    protected virtual bool Compress => false;

    public async ValueTask InitializeAsync()
    {
        _server = await StartServerAsync();
        _channel = GrpcChannel.ForAddress(_server.Address, new GrpcChannelOptions { Token = OwnProbeServer.Token, Compress = Compress });
        _client = new Probe.ProbeClient(_channel);
    }

    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        if (_server is not null) await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_unary_call_brings_its_message_and_metadata_there_and_back()
    {
        Metadata metadata = new() { { "probe-text", "a text" }, { "probe-bin", [0, 1, 255] } };
        using AsyncUnaryCall<Answer> call = _client.EchoAsync(new Ask { Data = Bytes(3), Number = 5 }, metadata);
        Answer answer = await call;
        Assert.Equal(Bytes(3), answer.Data);
        Assert.Equal(5, answer.Number);
        Assert.Equal("a text", answer.Text);
        Assert.Equal([0, 1, 255], answer.Bin.ToByteArray());
        Assert.Equal(0, answer.LeftMs);
        Assert.Equal("header text", (await call.ResponseHeadersAsync).GetValue("probe-header"));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task An_empty_message_is_a_message() => Assert.Equal(new Answer(), await _client.EchoAsync(new Ask()));

    [Theory]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(70_000)]
    [InlineData(Limit - 64)]
    public async Task A_message_of_any_size_within_the_limit_comes_back(int size)
    {
        ByteString data = Bytes(size);
        Assert.Equal(data, (await _client.EchoAsync(new Ask { Data = data })).Data);
    }

    [Fact]
    public async Task A_message_beyond_the_servers_limit_is_refused_and_the_next_call_goes_well()
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(
            _server.Address, new GrpcChannelOptions { Token = OwnProbeServer.Token, MaxSendMessageSize = int.MaxValue });
        var client = new Probe.ProbeClient(channel);
        await FailsAsync(StatusCode.ResourceExhausted, client.EchoAsync(new Ask { Data = Bytes(Limit) }));
        Assert.Equal(1, (await client.EchoAsync(new Ask { Number = 1 })).Number);
    }

    [Fact]
    public async Task A_message_beyond_our_own_limits_is_not_sent_and_not_taken()
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(
            _server.Address,
            new GrpcChannelOptions { Token = OwnProbeServer.Token, MaxSendMessageSize = 1000, MaxReceiveMessageSize = 2000 });
        var client = new Probe.ProbeClient(channel);
        RpcException sent = await FailsAsync(StatusCode.ResourceExhausted, client.EchoAsync(new Ask { Data = Bytes(1001) }));
        Assert.Contains("was to be sent", sent.Status.Detail, StringComparison.Ordinal);
        RpcException came = await FailsAsync(StatusCode.ResourceExhausted, client.EchoAsync(new Ask { Size = 2001 }));
        Assert.Contains("came", came.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(1, (await client.EchoAsync(new Ask { Number = 1 })).Number);
    }

    [Fact]
    public async Task An_error_brings_its_message_and_trailers()
    {
        const string Text = "nötig: 100 % 世界\n";
        using AsyncUnaryCall<Answer> call = _client.EchoAsync(new Ask { Code = (int)StatusCode.NotFound, Message = Text });
        RpcException error = await FailsAsync(StatusCode.NotFound, call);
        Assert.Equal(Text, error.Status.Detail);
        Assert.Equal("trailer text", error.Trailers.GetValue("probe-trailer"));
        Assert.Equal([0, 255], error.Trailers.GetValueBytes("probe-trailer-bin"));
        Assert.Equal(StatusCode.NotFound, call.GetStatus().StatusCode);
        Assert.Equal("trailer text", call.GetTrailers().GetValue("probe-trailer"));
    }

    [Fact]
    public async Task A_deadline_travels_and_ends_the_call_on_both_sides()
    {
        Answer answer = await _client.EchoAsync(new Ask(), deadline: DateTime.UtcNow.AddMinutes(1));
        Assert.InRange(answer.LeftMs, 1, 60_000);
        await FailsAsync(StatusCode.DeadlineExceeded, _client.EchoAsync(new Ask { Wait = true }, deadline: DateTime.UtcNow.AddMilliseconds(300)));
        await _server.CancelledAsync().WaitAsync(ForeignProgram.Patience);
        await FailsAsync(StatusCode.DeadlineExceeded, _client.EchoAsync(new Ask(), deadline: DateTime.UtcNow.AddSeconds(-1)));
    }

    [Fact]
    public async Task A_wrong_token_is_refused()
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(_server.Address, new GrpcChannelOptions { Token = "wrong" });
        await FailsAsync(StatusCode.Unauthenticated, new Probe.ProbeClient(channel).EchoAsync(new Ask()));
    }

    [Fact]
    public async Task A_stream_there_is_counted_and_answered()
    {
        using AsyncClientStreamingCall<Ask, Answer> call = _client.Sum();
        for (int number = 1; number <= 100; number++)
        {
            await call.RequestStream.WriteAsync(new Ask { Number = number, Data = Bytes(1000) });
        }

        await call.RequestStream.CompleteAsync();
        Answer answer = await call;
        Assert.Equal((5050, 100), (answer.Number, answer.Size));
    }

    [Fact]
    public async Task A_stream_there_that_the_server_refuses_ends_with_its_reason()
    {
        using AsyncClientStreamingCall<Ask, Answer> call = _client.Sum();
        await call.RequestStream.WriteAsync(new Ask { Code = (int)StatusCode.FailedPrecondition, Message = "enough" });
        RpcException error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal("enough", error.Status.Detail);
        error = await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync(new Ask()));
        Assert.Equal("enough", error.Status.Detail);
    }

    [Fact]
    public async Task A_stream_back_comes_in_order()
    {
        using AsyncServerStreamingCall<Answer> call = _client.Count(new Ask { Number = 300, Size = 5000 });
        List<int> numbers = [];
        await foreach (Answer answer in call.ResponseStream.ReadAllAsync())
        {
            numbers.Add(answer.Number);
        }

        Assert.Equal(Enumerable.Range(1, 300), numbers);
    }

    [Fact]
    public async Task A_stream_back_that_fails_in_the_middle_brings_what_was_before()
    {
        using AsyncServerStreamingCall<Answer> call = _client.Count(new Ask { Number = 3, Code = (int)StatusCode.Aborted, Message = "enough" });
        for (int number = 1; number <= 3; number++)
        {
            Assert.True(await call.ResponseStream.MoveNext(default));
            Assert.Equal(number, call.ResponseStream.Current.Number);
        }

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(default));
        Assert.Equal((StatusCode.Aborted, "enough"), (error.StatusCode, error.Status.Detail));
    }

    [Fact]
    public async Task Streams_go_both_ways_by_turns()
    {
        using AsyncDuplexStreamingCall<Ask, Answer> call = _client.Chat();
        for (int number = 1; number <= 50; number++)
        {
            await call.RequestStream.WriteAsync(new Ask { Number = number, Data = Bytes(number * 100) });
            Assert.True(await call.ResponseStream.MoveNext(default));
            Assert.Equal((number, number * 100), (call.ResponseStream.Current.Number, call.ResponseStream.Current.Data.Length));
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(default));
    }

    [Fact]
    public async Task A_client_that_cancels_is_heard()
    {
        using var cancel = new CancellationTokenSource();
        using AsyncServerStreamingCall<Answer> call = _client.Count(new Ask { Number = 1, Wait = true }, cancellationToken: cancel.Token);
        Assert.True(await call.ResponseStream.MoveNext(default));
        Task<bool> next = call.ResponseStream.MoveNext(default);
        await cancel.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => next)).StatusCode);
        await _server.CancelledAsync().WaitAsync(ForeignProgram.Patience);
    }

    [Fact]
    public async Task A_call_that_is_disposed_is_cancelled()
    {
        AsyncServerStreamingCall<Answer> call = _client.Count(new Ask { Number = 1, Wait = true });
        Assert.True(await call.ResponseStream.MoveNext(default));
        call.Dispose();
        await _server.CancelledAsync().WaitAsync(ForeignProgram.Patience);
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_server_that_dies_makes_its_calls_unavailable()
    {
        using AsyncDuplexStreamingCall<Ask, Answer> chat = _client.Chat();
        await chat.RequestStream.WriteAsync(new Ask { Number = 1 });
        Assert.True(await chat.ResponseStream.MoveNext(default));
        AsyncUnaryCall<Answer> waiting = _client.EchoAsync(new Ask { Wait = true });
        await waiting.ResponseHeadersAsync;
        await _server.KillAsync();
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => chat.ResponseStream.MoveNext(default))).StatusCode);
        await FailsAsync(StatusCode.Unavailable, waiting);
        await FailsAsync(StatusCode.Unavailable, _client.EchoAsync(new Ask()));
    }

    private static async Task<RpcException> FailsAsync(StatusCode code, AsyncUnaryCall<Answer> call)
    {
        RpcException error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.WaitAsync(ForeignProgram.Patience));
        Assert.True(code == error.StatusCode, $"{code} expected: {error}");
        return error;
    }

    private static ByteString Bytes(int size) => ByteString.CopyFrom([.. Enumerable.Range(0, size).Select(i => (byte)(i / 7))]);
}
