using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Node.Protocol.Push;
using Node.Rpc;

namespace Node.Load.Scenarios;

/// <summary>Pushes through a push-manager's gRPC, over a few streams that stay open. What goes to one room keeps its stream, and so its order.</summary>
internal sealed class RoomPusher : IDisposable
{
    private const int Streams = 4;

    private readonly GrpcChannel _channel;
    private readonly Channel<PushManyRequest>[] _waiting;
    private readonly Task[] _running;
    private readonly CancellationTokenSource _stopped = new();
    private long _answered;
    private long _failed;
    private string? _problem;

    /// <param name="address">host:port of the push-manager.</param>
    public RoomPusher(string address)
    {
        _channel = GrpcChannel.ForAddress($"http://{address}");
        _waiting = [.. Enumerable.Range(0, Streams).Select(_ => Channel.CreateUnbounded<PushManyRequest>())];
        _running = [.. _waiting.Select(waiting => Task.Run(() => RunAsync(waiting.Reader)))];
    }

    /// <summary>Pushes that have an answer, good or bad.</summary>
    public long Answered => Volatile.Read(ref _answered);

    public long Failed => Volatile.Read(ref _failed);

    /// <summary>The first thing that went wrong.</summary>
    public string? Problem => Volatile.Read(ref _problem);

    /// <param name="place">Of the room among the rooms; picks the stream.</param>
    /// <param name="room">Null: everybody.</param>
    /// <param name="text">Becomes a JSON string; needs no escape.</param>
    public void Push(int place, string? room, ReadOnlySpan<byte> text)
    {
        var payload = new Payload { Kind = Payload.Types.Kind.Json, Data = ByteString.CopyFrom([(byte)'"', .. text, (byte)'"']) };
        var request = new PushManyRequest();
        if (room is null)
        {
            request.Broadcast = new BroadcastRequest { Payload = payload };
        }
        else
        {
            request.Room = new PushToRoomRequest { Room = room, Payload = payload };
        }

        _waiting[place % Streams].Writer.TryWrite(request);
    }

    public void Dispose()
    {
        _stopped.Cancel();
        Task.WaitAll(_running);
        _channel.Dispose();
        _stopped.Dispose();
    }

    private async Task RunAsync(ChannelReader<PushManyRequest> waiting)
    {
        try
        {
            using AsyncDuplexStreamingCall<PushManyRequest, PushManyResponse> call =
                new PushService.PushServiceClient(_channel).PushMany(cancellationToken: _stopped.Token);
            Task reading = ReadAsync(call.ResponseStream);
            await foreach (PushManyRequest request in waiting.ReadAllAsync(_stopped.Token).ConfigureAwait(false))
            {
                await call.RequestStream.WriteAsync(request).ConfigureAwait(false);
            }

            await reading.ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is OperationCanceledException or RpcException)
        {
            if (!_stopped.IsCancellationRequested)
            {
                Fail(fault.Message);
            }
        }
    }

    private async Task ReadAsync(IAsyncStreamReader<PushManyResponse> answers)
    {
        while (await answers.MoveNext(_stopped.Token).ConfigureAwait(false))
        {
            Interlocked.Increment(ref _answered);
            if (answers.Current.Code != 0 || answers.Current.Response?.FailedNodes.Count > 0)
            {
                Fail(answers.Current.Message.Length > 0 ? answers.Current.Message : "a node did not take it");
            }
        }
    }

    private void Fail(string problem)
    {
        Interlocked.Increment(ref _failed);
        Interlocked.CompareExchange(ref _problem, problem, null);
    }
}
