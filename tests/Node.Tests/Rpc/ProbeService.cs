using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;

namespace Node.Tests.Rpc;

/// <summary>The probe service on our own server.</summary>
public sealed class ProbeService : Probe.ProbeBase
{
    private readonly Channel<string> _cancelled = System.Threading.Channels.Channel.CreateUnbounded<string>();

    /// <summary>Complete when one more call that waits was cancelled.</summary>
    public async Task CancelledAsync() => await _cancelled.Reader.ReadAsync();

    public override async Task<Answer> Echo(Ask request, ServerCallContext context)
    {
        await context.WriteResponseHeadersAsync(new Metadata { { "probe-header", "header text" } });
        await FailOrWaitAsync(request, context);
        return AnswerTo(request, context);
    }

    public override async Task<Answer> Sum(IAsyncStreamReader<Ask> requestStream, ServerCallContext context)
    {
        var sum = new Answer();
        await foreach (Ask ask in requestStream.ReadAllAsync())
        {
            await FailOrWaitAsync(ask, context);
            sum.Number += ask.Number;
            sum.Size++;
        }

        return sum;
    }

    public override async Task Count(Ask request, IServerStreamWriter<Answer> responseStream, ServerCallContext context)
    {
        for (int number = 1; number <= request.Number; number++)
        {
            Answer answer = AnswerTo(request, context);
            answer.Number = number;
            await responseStream.WriteAsync(answer);
        }

        await FailOrWaitAsync(request, context);
    }

    public override async Task Chat(IAsyncStreamReader<Ask> requestStream, IServerStreamWriter<Answer> responseStream, ServerCallContext context)
    {
        await foreach (Ask ask in requestStream.ReadAllAsync())
        {
            await FailOrWaitAsync(ask, context);
            await responseStream.WriteAsync(AnswerTo(ask, context));
        }
    }

    private async Task FailOrWaitAsync(Ask ask, ServerCallContext context)
    {
        if (ask.Code != 0)
        {
            Metadata trailers = new() { { "probe-trailer", "trailer text" }, { "probe-trailer-bin", [0, 255] } };
            throw new RpcException(new Status((StatusCode)ask.Code, ask.Message), trailers);
        }

        if (!ask.Wait) return;
        try
        {
            await new TaskCompletionSource().Task.WaitAsync(context.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            _cancelled.Writer.TryWrite(context.Method);
            throw;
        }
    }

    private static Answer AnswerTo(Ask ask, ServerCallContext context) => new()
    {
        Data = ask.Size > 0 ? ByteString.CopyFrom(new byte[ask.Size]) : ask.Data,
        Number = ask.Number,
        Text = context.RequestHeaders.GetValue("probe-text") ?? "",
        Bin = ByteString.CopyFrom(context.RequestHeaders.GetValueBytes("probe-bin") ?? []),
        LeftMs = context.Deadline == DateTime.MaxValue ? 0 : Math.Max(1, (long)(context.Deadline - DateTime.UtcNow).TotalMilliseconds),
    };
}
