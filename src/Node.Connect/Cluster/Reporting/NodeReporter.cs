using Grpc.Core;
using Microsoft.Extensions.Logging;
using Node.Connect.Logging;
using Node.Hub;
using Node.Protocol.Controller;

namespace Node.Connect.Cluster.Reporting;

/// <summary>
/// Tells the controller who is connected here and in which rooms: a snapshot with every new stream, changes after it. With the controller away
/// it tries again, and the node goes on without. Any thread.
/// </summary>
/// <param name="hub">Whose channels they are.</param>
/// <param name="node">This node's name.</param>
/// <param name="incarnation">Of this start.</param>
/// <param name="controller">The way to it.</param>
/// <param name="log">Hears when it comes and goes.</param>
internal sealed class NodeReporter(Hub.Hub hub, string node, ulong incarnation, IControllerWay controller, ILogger log) : IAsyncDisposable
{
    // Of some 100 bytes each. A controller that is so far behind is told everything anew, which is less.
    private const int MaxWaiting = 500_000;
    private const int MostPerBatch = 1000;
    private const int MostUnacknowledged = 16;

    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly ChangeLog _changes = new(MaxWaiting);
    private readonly CancellationTokenSource _stopped = new();
    private Task _running = Task.CompletedTask;
    private ulong _batch;
    private ulong _snapshotEnd;
    private volatile string? _problem = "not tried yet";

    /// <summary>Why the controller does not know of this node's channels now; null: it does.</summary>
    public string? Problem => _problem;

    public void Start()
    {
        hub.Authenticated += Note;
        hub.Joined += Note;
        hub.Left += Note;
        hub.Disconnected += Note;
        _running = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        hub.Authenticated -= Note;
        hub.Joined -= Note;
        hub.Left -= Note;
        hub.Disconnected -= Note;
        await _stopped.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopped.Dispose();
    }

    private void Note(HubEvent happened)
    {
        // A connection that has ended leaves its rooms with it; the controller is to know that from a leave, for its client may come back.
        bool goes = happened.Kind == HubEventKind.Left && !happened.Channel.IsAlive;
        if (happened.Channel.IsNamed && !goes)
        {
            _changes.Add(ChangeOf(happened.Channel, KindOf(happened.Kind), happened.Generation, happened.Room));
        }
    }

    private static NodeChange.Types.Kind KindOf(HubEventKind kind) => kind switch
    {
        HubEventKind.Authenticated => NodeChange.Types.Kind.Connected,
        HubEventKind.Joined => NodeChange.Types.Kind.Joined,
        HubEventKind.Left => NodeChange.Types.Kind.Left,
        _ => NodeChange.Types.Kind.Disconnected,
    };

    private static NodeChange ChangeOf(Channel channel, NodeChange.Types.Kind kind, ulong generation, string? room)
    {
        var change = new NodeChange
        {
            Kind = kind, Connection = channel.Generation, Generation = generation, Room = room ?? "",
            AtMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
        };
        if (kind == NodeChange.Types.Kind.Connected)
        {
            change.User = channel.User;
        }

        return change;
    }

    private async Task RunAsync()
    {
        TimeSpan pause = FirstPause;
        while (!_stopped.IsCancellationRequested)
        {
            try
            {
                if (controller.Leader() is { } leader)
                {
                    await ReportAsync(leader, () => pause = FirstPause).ConfigureAwait(false);
                    continue;
                }

                SetProblem("no controller leads");
            }
            catch (RpcException error)
            {
                controller.Failed(error);
                SetProblem(error.Status.Detail);
            }
            catch (Exception error) when (error is OperationCanceledException or IOException or InvalidOperationException)
            {
                SetProblem(error.Message);
            }
            finally
            {
                _changes.Close();
            }

            await Task.Delay(pause, _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>One stream, until it breaks or the log overflows.</summary>
    private async Task ReportAsync(ControllerService.ControllerServiceClient leader, Action succeeded)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stopped.Token);
        using AsyncDuplexStreamingCall<NodeReport, ReportAck> call = leader.Report(cancellationToken: ended.Token);
        using var places = new SemaphoreSlim(MostUnacknowledged);
        _snapshotEnd = ulong.MaxValue;
        Task reading = ReadAsync(call.ResponseStream, places, ended, succeeded);
        try
        {
            _changes.Open();
            await WriteSnapshotAsync(call.RequestStream, places, ended.Token).ConfigureAwait(false);
            while (!_changes.HasOverflown)
            {
                await WriteChangesAsync(call.RequestStream, places, ended.Token).ConfigureAwait(false);
                await _changes.NewsAsync().WaitAsync(ended.Token).ConfigureAwait(false);
                await Task.Delay(Gather, ended.Token).ConfigureAwait(false);
            }

            SetProblem($"more than {MaxWaiting} changes waited; it is told anew");
        }
        catch (Exception) when (reading.IsCompleted)
        {
            // Why the stream has ended stands there.
            await reading.ConfigureAwait(false);
            throw;
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadAsync(
        IAsyncStreamReader<ReportAck> acks, SemaphoreSlim places, CancellationTokenSource ended, Action succeeded)
    {
        try
        {
            while (await acks.MoveNext(ended.Token).ConfigureAwait(false))
            {
                places.Release();
                if (_problem is not null && acks.Current.Batch >= Volatile.Read(ref _snapshotEnd))
                {
                    _problem = null;
                    log.Reported(node);
                    succeeded();
                }
            }

            throw new RpcException(new Status(StatusCode.Unavailable, "the controller has ended the stream"));
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task WriteSnapshotAsync(IClientStreamWriter<NodeReport> stream, SemaphoreSlim places, CancellationToken cancel)
    {
        Task visited = hub.View.VisitAsync((channel, generation) =>
        {
            _changes.Add(ChangeOf(channel, NodeChange.Types.Kind.Connected, generation, null));
            foreach (string room in channel.RoomNames)
            {
                _changes.Add(ChangeOf(channel, NodeChange.Types.Kind.Joined, generation, room));
            }
        });
        await SendAsync(stream, places, new NodeReport { SnapshotBegin = true }, cancel).ConfigureAwait(false);
        while (!visited.IsCompleted && !_changes.HasOverflown)
        {
            await WriteChangesAsync(stream, places, cancel).ConfigureAwait(false);
            await Task.WhenAny(visited, Task.Delay(Gather, cancel)).ConfigureAwait(false);
        }

        await visited.ConfigureAwait(false);
        await WriteChangesAsync(stream, places, cancel).ConfigureAwait(false);
        Volatile.Write(ref _snapshotEnd, _batch + 1);
        await SendAsync(stream, places, new NodeReport { SnapshotEnd = true }, cancel).ConfigureAwait(false);
    }

    private async Task WriteChangesAsync(IClientStreamWriter<NodeReport> stream, SemaphoreSlim places, CancellationToken cancel)
    {
        foreach (NodeChange[] part in _changes.Take().Chunk(MostPerBatch))
        {
            var report = new NodeReport();
            report.Changes.AddRange(part);
            await SendAsync(stream, places, report, cancel).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(IClientStreamWriter<NodeReport> stream, SemaphoreSlim places, NodeReport report, CancellationToken cancel)
    {
        await places.WaitAsync(cancel).ConfigureAwait(false);
        (report.Node, report.Incarnation, report.Batch) = (node, incarnation, ++_batch);
        await stream.WriteAsync(report).ConfigureAwait(false);
    }

    private void SetProblem(string problem)
    {
        if (_problem != problem && !_stopped.IsCancellationRequested)
        {
            _problem = problem;
            log.NotReported(node, problem);
        }
    }
}
