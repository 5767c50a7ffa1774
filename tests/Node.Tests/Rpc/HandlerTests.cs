using System.Diagnostics;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Node.Rpc;
using Node.Tests.Settings;

namespace Node.Tests.Rpc;

/// <summary>What a handler does and what becomes of it.</summary>
public sealed class HandlerTests
{
    [Fact]
    public async Task A_handler_that_throws_says_nothing_of_it_to_the_client()
    {
        RpcException error = await FailAsync((_, _) => throw new InvalidOperationException("the secret"));
        Assert.Equal(StatusCode.Unknown, error.StatusCode);
        Assert.DoesNotContain("secret", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handler_that_only_sets_the_status_ends_the_call_so()
    {
        RpcException error = await FailAsync((request, context) =>
        {
            context.Status = new Status(StatusCode.DataLoss, "gone");
            return Task.FromResult(request);
        });
        Assert.Equal((StatusCode.DataLoss, "gone"), (error.StatusCode, error.Status.Detail));
    }

    [Fact]
    public async Task A_response_beyond_the_servers_limit_is_not_sent()
    {
        RpcException error = await FailAsync((_, _) => Task.FromResult(new byte[1001]), new RpcServerOptions { MaxSendMessageSize = 1000 });
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }

    [Fact]
    public async Task Headers_leave_once()
    {
        RpcException error = await FailAsync(async (request, context) =>
        {
            await context.WriteResponseHeadersAsync(new Metadata());
            await Assert.ThrowsAsync<InvalidOperationException>(() => context.WriteResponseHeadersAsync(new Metadata()));
            throw new RpcException(new Status(StatusCode.Aborted, "as it should be"));
        });
        Assert.Equal("as it should be", error.Status.Detail);
    }

    [Fact]
    public async Task A_handler_sees_who_called_what()
    {
        string seen = "";
        await using RpcServer server = await StartAsync(HandMade.ServeUnary((request, context) =>
        {
            seen = $"{context.Method} {context.Host} {context.Peer[..15]} {context.Deadline == DateTime.MaxValue}";
            context.ResponseTrailers.Add("a-trailer", "text");
            return Task.FromResult(request);
        }));
        using GrpcChannel channel = Open(server);
        using AsyncUnaryCall<byte[]> call = channel.CreateCallInvoker().AsyncUnaryCall(HandMade.Unary, null, default, [1]);
        Assert.Equal([1], await call.ResponseAsync);
        Assert.Equal($"/hand.Made/Unary 127.0.0.1:{server.Port} ipv4:127.0.0.1: True", seen);
        Assert.Equal("text", call.GetTrailers().GetValue("a-trailer"));
    }

    [Fact]
    public async Task A_trace_goes_through()
    {
        string? seen = null;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Microsoft.AspNetCore" or "System.Net.Http" or nameof(HandlerTests),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        await using RpcServer server = await StartAsync(HandMade.ServeUnary((request, _) =>
        {
            seen = $"{Activity.Current?.TraceId} {Activity.Current?.DisplayName}";
            return Task.FromResult(request);
        }));
        using GrpcChannel channel = Open(server);
        using var source = new ActivitySource(nameof(HandlerTests));
        using Activity trace = source.StartActivity("a trace")!;
        await channel.CreateCallInvoker().AsyncUnaryCall(HandMade.Unary, null, default, [1]);
        Assert.Equal($"{trace.TraceId} /hand.Made/Unary", seen);
    }

    [Fact]
    public async Task Hinted_messages_leave_together_and_none_is_lost()
    {
        await using RpcServer server = await StartAsync(HandMade.ServeBack(async (_, responses, context) =>
        {
            context.WriteOptions = new WriteOptions(WriteFlags.BufferHint);
            for (int i = 0; i < 1000; i++)
            {
                await responses.WriteAsync(new byte[200]);
            }
        }));
        using GrpcChannel channel = Open(server);
        using AsyncServerStreamingCall<byte[]> call = channel.CreateCallInvoker().AsyncServerStreamingCall(HandMade.Back, null, default, []);
        Assert.Equal(1000, await call.ResponseStream.ReadAllAsync().CountAsync());
    }

    [Fact]
    public async Task A_client_may_hold_messages_back_too()
    {
        await using RpcServer server = await StartAsync(HandMade.ServeBoth(async (requests, responses, _) =>
            await responses.WriteAsync([(byte)await requests.ReadAllAsync().CountAsync()])));
        using GrpcChannel channel = Open(server);
        using AsyncDuplexStreamingCall<byte[], byte[]> call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(HandMade.Both, null, default);
        call.RequestStream.WriteOptions = new WriteOptions(WriteFlags.BufferHint | WriteFlags.NoCompress);
        for (int i = 0; i < 100; i++)
        {
            await call.RequestStream.WriteAsync([1, 2, 3]);
        }

        await call.RequestStream.CompleteAsync();
        Assert.True(await call.ResponseStream.MoveNext(default));
        Assert.Equal(100, call.ResponseStream.Current[0]);
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.RequestStream.WriteAsync([]));
    }

    [Fact]
    public async Task A_slow_reader_holds_the_writer_back()
    {
        TaskCompletionSource blocked = new();
        await using RpcServer server = await StartAsync(HandMade.ServeBack(async (request, responses, context) =>
        {
            Task write = Task.CompletedTask;
            while (write.IsCompleted)
            {
                await write;
                write = responses.WriteAsync(new byte[100_000]);
            }

            Assert.Throws<InvalidOperationException>(() => { _ = responses.WriteAsync([]); });
            blocked.SetResult();
            await write;
        }));
        using GrpcChannel channel = Open(server);
        using AsyncServerStreamingCall<byte[]> call = channel.CreateCallInvoker().AsyncServerStreamingCall(HandMade.Back, null, default, []);
        await blocked.Task.WaitAsync(ForeignProgram.Patience);
        Assert.True(await call.ResponseStream.ReadAllAsync().CountAsync() > 0);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Writing_to_a_client_that_is_gone_fails()
    {
        TaskCompletionSource<Exception?> failed = new();
        await using RpcServer server = await StartAsync(HandMade.ServeBack(async (_, responses, context) =>
        {
            await responses.WriteAsync([1]);
            Exception? failure = await Record.ExceptionAsync(async () =>
            {
                while (true)
                {
                    await responses.WriteAsync([2]);
                    await Task.Yield();
                }
            });
            failed.SetResult(failure);
        }));
        using GrpcChannel channel = Open(server);
        AsyncServerStreamingCall<byte[]> call = channel.CreateCallInvoker().AsyncServerStreamingCall(HandMade.Back, null, default, []);
        Assert.True(await call.ResponseStream.MoveNext(default));
        call.Dispose();
        Assert.IsAssignableFrom<OperationCanceledException>(await failed.Task.WaitAsync(ForeignProgram.Patience));
    }

    [Fact]
    public async Task A_client_may_listen_first()
    {
        // Nothing else makes it write meanwhile.
        var options = new RpcServerOptions { KeepAliveDelay = TimeSpan.FromHours(1) };
        await using RpcServer server = await StartAsync(HandMade.ServeBoth((_, responses, _) => responses.WriteAsync([1])), options);
        using var channel = GrpcChannel.ForAddress(
            $"http://127.0.0.1:{server.Port}", new GrpcChannelOptions { KeepAliveDelay = TimeSpan.FromHours(1) });
        for (int i = 0; i < 3; i++)
        {
            using AsyncDuplexStreamingCall<byte[], byte[]> call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(HandMade.Both, null, default);
            Assert.True(await call.ResponseStream.MoveNext(default).WaitAsync(ForeignProgram.Patience));
        }
    }

    [Fact]
    public async Task A_client_that_is_gone_is_no_failure_of_the_handler()
    {
        var log = new RecordingLog();
        int ended = 0;
        ServerServiceDefinition service = HandMade.ServeBoth(async (requests, responses, _) =>
        {
            try
            {
                await responses.WriteAsync([1]);
                await requests.MoveNext(default);
            }
            finally
            {
                Interlocked.Increment(ref ended);
            }
        });
        await using (RpcServer server = new RpcServer(new(), logging => logging.AddProvider(new Only(log))).MapGrpcService(service))
        {
            await server.StartAsync();
            using GrpcChannel channel = Open(server);
            await Parallel.ForAsync(0, 200, async (_, cancel) =>
            {
                AsyncDuplexStreamingCall<byte[], byte[]> call =
                    channel.CreateCallInvoker().AsyncDuplexStreamingCall(HandMade.Both, null, new CallOptions().WithCancellationToken(cancel));
                Assert.True(await call.ResponseStream.MoveNext(cancel));
                call.Dispose();
            });
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref ended) == 200, ForeignProgram.Patience));
        }

        Assert.DoesNotContain(log.Lines, line => line.Level >= LogLevel.Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_deadline_ends_a_handler_that_reads(bool ownToken)
    {
        TaskCompletionSource<Exception?> failed = new();
        await using RpcServer server = await StartAsync(HandMade.ServeBoth(async (requests, _, _) =>
        {
            using var own = new CancellationTokenSource();
            failed.SetResult(await Record.ExceptionAsync(() => requests.MoveNext(ownToken ? own.Token : default)));
        }));
        using GrpcChannel channel = Open(server);
        using AsyncDuplexStreamingCall<byte[], byte[]> call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(
            HandMade.Both, null, new CallOptions().WithDeadline(DateTime.UtcNow.AddMilliseconds(200)));
        Assert.IsNotType<bool>(await failed.Task.WaitAsync(ForeignProgram.Patience));
        RpcException error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(default));
        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
    }

    [Fact]
    public async Task What_fails_at_a_deadline_does_not_end_the_process()
    {
        RpcException error = await FailAsync(
            async (request, context) =>
            {
                using CancellationTokenRegistration bad = context.CancellationToken.Register(() => throw new InvalidOperationException());
                await new TaskCompletionSource().Task.WaitAsync(context.CancellationToken);
                return request;
            },
            deadline: DateTime.UtcNow.AddMilliseconds(200));
        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
    }

    private static async Task<RpcException> FailAsync(
        UnaryServerMethod<byte[], byte[]> handler, RpcServerOptions? options = null, DateTime? deadline = null)
    {
        await using RpcServer server = await StartAsync(HandMade.ServeUnary(handler), options);
        using GrpcChannel channel = Open(server);
        AsyncUnaryCall<byte[]> call = channel.CreateCallInvoker().AsyncUnaryCall(
            HandMade.Unary, null, new CallOptions(Deadline: deadline), [1]);
        return await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.WaitAsync(ForeignProgram.Patience));
    }

    private static async Task<RpcServer> StartAsync(ServerServiceDefinition service, RpcServerOptions? options = null)
    {
        RpcServer server = new RpcServer(options ?? new()).MapGrpcService(service);
        await server.StartAsync();
        return server;
    }

    private static GrpcChannel Open(RpcServer server) => GrpcChannel.ForAddress($"http://127.0.0.1:{server.Port}");

    /// <summary>One log for all categories.</summary>
    private sealed class Only(ILogger log) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => log;

        public void Dispose()
        {
        }
    }
}
