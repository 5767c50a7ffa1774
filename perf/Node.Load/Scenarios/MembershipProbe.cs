using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Core;
using Node.Protocol.Controller;
using Node.Rpc;

namespace Node.Load.Scenarios;

/// <summary>
/// Asks the controller for a room's members, over and over, until it shows one. A few rooms at a time; those that come meanwhile are not looked
/// for, so that asking stays a small part of the load.
/// </summary>
internal sealed class MembershipProbe : IDisposable
{
    private const int AtATime = 4;
    private static readonly double s_nanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    private readonly GrpcChannel _channel;
    private readonly ControllerService.ControllerServiceClient _controller;
    private readonly ConcurrentQueue<long> _seen = new();
    private readonly CancellationTokenSource _stopped = new();
    private int _asking;
    private string? _problem;

    /// <param name="address">host:port of the controller's gRPC.</param>
    public MembershipProbe(string address)
    {
        _channel = GrpcChannel.ForAddress($"http://{address}");
        _controller = new ControllerService.ControllerServiceClient(_channel);
    }

    public bool IsIdle => Volatile.Read(ref _asking) == 0;

    /// <summary>The last thing that went wrong.</summary>
    public string? Problem => Volatile.Read(ref _problem);

    /// <param name="room">Has no members yet, but soon will.</param>
    /// <param name="dueAt">When its first join was due, as a timestamp.</param>
    public void Watch(string room, long dueAt)
    {
        if (Volatile.Read(ref _asking) < AtATime)
        {
            Interlocked.Increment(ref _asking);
            _ = Task.Run(() => AskAsync(room, dueAt));
        }
    }

    /// <summary>Nanoseconds that one of the joins took to show.</summary>
    public bool TryTake(out long nanoseconds) => _seen.TryDequeue(out nanoseconds);

    public void Dispose()
    {
        _stopped.Cancel();
        _channel.Dispose();
        _stopped.Dispose();
    }

    private async Task AskAsync(string room, long dueAt)
    {
        try
        {
            while (!await HasMembersAsync(room).ConfigureAwait(false))
            {
                await Task.Delay(1, _stopped.Token).ConfigureAwait(false);
            }

            _seen.Enqueue((long)((Stopwatch.GetTimestamp() - dueAt) * s_nanosecondsPerTick));
        }
        catch (Exception fault) when (fault is RpcException or OperationCanceledException)
        {
            Volatile.Write(ref _problem, $"{room}: {fault.Message}");
        }
        finally
        {
            Interlocked.Decrement(ref _asking);
        }
    }

    private async Task<bool> HasMembersAsync(string room)
    {
        try
        {
            RoomStats stats = await _controller.GetRoomStatsAsync(new GetRoomStatsRequest { Room = room }, cancellationToken: _stopped.Token);
            return stats.Members > 0;
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.NotFound)
        {
            return false;
        }
    }
}
