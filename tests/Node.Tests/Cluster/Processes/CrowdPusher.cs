using Google.Protobuf;
using Grpc.Core;
using Node.Protocol.Push;
using Node.Rpc;

namespace Node.Tests.Cluster.Processes;

/// <summary>
/// An application that pushes to rooms, through one push-manager after the other. What has no answer is pushed again under the same key, until it
/// has one. Any thread.
/// </summary>
internal sealed class CrowdPusher(ClusterProcesses cluster) : IDisposable
{
    // While nobody answers, so many wait; what comes beyond is not begun.
    private const int MaxWaiting = 500;

    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly GrpcChannel[] _channels = [.. cluster.Managers.Select(manager => manager.Channel())];
    private readonly CancellationTokenSource _stopped = new();
    private readonly Lock _lock = new();
    private int _waiting;
    private int _next;

    /// <summary>What was answered, by room. For one thread, while nothing waits.</summary>
    public List<(string Room, CrowdMessage Message)> Acknowledged { get; } = [];

    public List<string> Faults { get; } = [];

    public bool IsWaiting => Volatile.Read(ref _waiting) > 0;

    /// <summary>Pushes, if not too many wait already.</summary>
    public void Push(string room, string id)
    {
        if (Volatile.Read(ref _waiting) < MaxWaiting)
        {
            _ = PushAsync(room, id);
        }
    }

    /// <summary>Done with the answer.</summary>
    /// <returns>Null: this was disposed before there was one.</returns>
    public async Task<CrowdMessage?> PushAsync(string room, string id)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            while (!_stopped.IsCancellationRequested)
            {
                if (await TryAsync(room, id) is { } message)
                {
                    return message;
                }

                await Task.Delay(Pause, _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            return null;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Dispose()
    {
        _stopped.Cancel();
        Array.ForEach(_channels, channel => channel.Dispose());
        _stopped.Dispose();
    }

    private async Task<CrowdMessage?> TryAsync(string room, string id)
    {
        var client = new PushService.PushServiceClient(_channels[(uint)Interlocked.Increment(ref _next) % (uint)_channels.Length]);
        var request = new PushToRoomRequest
        {
            Room = room,
            Payload = new Payload { Kind = Payload.Types.Kind.Json, Data = ByteString.CopyFromUtf8($"\"{id}\"") },
            Options = new PushOptions { IdempotencyKey = id },
        };
        try
        {
            PushResponse response = await client.PushToRoomAsync(request, deadline: DateTime.UtcNow + CallTimeout, cancellationToken: _stopped.Token);
            var message = new CrowdMessage(response.Epoch, response.Offset, id);
            lock (_lock)
            {
                Acknowledged.Add((room, message));
                if (response.Offset == 0)
                {
                    // Every room has members all the time.
                    Faults.Add($"{room}, {id}: nobody is said to be in it: {response}");
                }
            }

            return message;
        }
        catch (RpcException error) when (error.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled)
        {
            return null;
        }
        catch (RpcException error)
        {
            lock (_lock)
            {
                Faults.Add($"{room}, {id}: {error.Status}");
            }

            return null;
        }
    }
}
