using Google.Protobuf;
using Grpc.Core;
using Node.Rpc;

namespace Node.Tests.Rpc;

/// <summary>Calls within the process, as calls over the network are made.</summary>
public sealed class LocalCallTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ProbeService _service = new();
    private readonly Probe.ProbeClient _client;

    public LocalCallTests() => _client = new Probe.ProbeClient(new LocalCallInvoker(_service));

    [Fact]
    public async Task A_call_brings_its_message_and_its_headers()
    {
        using AsyncUnaryCall<Answer> call = _client.EchoAsync(
            new Ask { Data = ByteString.CopyFromUtf8("x"), Number = 7 }, new Metadata { { "probe-text", "text" } }, DateTime.UtcNow + Patience);
        Answer answer = await call.ResponseAsync.WaitAsync(Patience);
        Assert.Equal(("x", 7, "text"), (answer.Data.ToStringUtf8(), answer.Number, answer.Text));
        Assert.Equal("header text", (await call.ResponseHeadersAsync).GetValue("probe-header"));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_call_that_fails_says_how()
    {
        RpcException error = await Assert.ThrowsAsync<RpcException>(
            () => _client.EchoAsync(new Ask { Code = (int)StatusCode.NotFound, Message = "not here" }).ResponseAsync.WaitAsync(Patience));
        Assert.Equal((StatusCode.NotFound, "not here", "trailer text"), (error.StatusCode, error.Status.Detail, error.Trailers.GetValue("probe-trailer")));
    }

    [Fact]
    public async Task A_deadline_and_a_cancellation_end_the_call_on_both_sides()
    {
        RpcException late = await Assert.ThrowsAsync<RpcException>(
            () => _client.EchoAsync(new Ask { Wait = true }, deadline: DateTime.UtcNow.AddMilliseconds(20)).ResponseAsync.WaitAsync(Patience));
        Assert.Equal(StatusCode.DeadlineExceeded, late.StatusCode);
        await _service.CancelledAsync().WaitAsync(Patience);

        using AsyncDuplexStreamingCall<Ask, Answer> call = _client.Chat();
        await call.RequestStream.WriteAsync(new Ask { Wait = true });
        call.Dispose();
        RpcException cancelled = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(default).WaitAsync(Patience));
        Assert.Equal(StatusCode.Cancelled, cancelled.StatusCode);
    }

    [Fact]
    public async Task A_stream_keeps_its_order_and_ends_when_both_have_said_all()
    {
        using AsyncDuplexStreamingCall<Ask, Answer> call = _client.Chat();
        Task writing = Task.Run(async () =>
        {
            for (int number = 0; number < 1000; number++)
            {
                await call.RequestStream.WriteAsync(new Ask { Number = number });
            }

            await call.RequestStream.CompleteAsync();
        }, TestContext.Current.CancellationToken);
        for (int number = 0; number < 1000; number++)
        {
            Assert.True(await call.ResponseStream.MoveNext(default).WaitAsync(Patience));
            Assert.Equal(number, call.ResponseStream.Current.Number);
        }

        Assert.False(await call.ResponseStream.MoveNext(default).WaitAsync(Patience));
        await writing;
    }

    [Fact]
    public async Task A_stream_that_its_handler_ends_fails_reader_and_writer()
    {
        using AsyncDuplexStreamingCall<Ask, Answer> call = _client.Chat();
        await call.RequestStream.WriteAsync(new Ask { Code = (int)StatusCode.Aborted, Message = "begin again" });
        RpcException error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(default).WaitAsync(Patience));
        Assert.Equal((StatusCode.Aborted, "begin again"), (error.StatusCode, error.Status.Detail));
        Assert.Equal(StatusCode.Aborted, (await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync(new Ask()))).StatusCode);
    }

    [Fact]
    public void What_is_not_supported_says_so()
    {
        Assert.Throws<NotSupportedException>(() => _client.Sum());
        Assert.Throws<NotSupportedException>(() => _client.Count(new Ask()));
        Assert.Throws<ArgumentException>(() => new LocalCallInvoker(new object()));
    }
}
