using Grpc.Core;
using Microsoft.Extensions.Logging;
using Node.Controller.Leading;
using Node.Controller.Logging;
using Node.Controller.State;
using Node.Protocol.Controller;

namespace Node.Controller.Service;

/// <summary>
/// The calls of controller.proto. A follower answers FAILED_PRECONDITION, with the leader's address in the message and in the trailer
/// <c>leader</c>; a leader that is still restoring, UNAVAILABLE. Any thread.
/// </summary>
internal sealed class ControllerService(Seat seat, NodeCalls nodes, ILogger log) : Protocol.Controller.ControllerService.ControllerServiceBase
{
    private const int UsualUsers = 200;
    private const int MostUsers = 10_000;
    private const int UsualRooms = 100;
    private const int MostRooms = 1000;
    private const int MostTransitions = 500;
    private const int MostMetadata = 64;
    private const int MostMetadataChars = 16 * 1024;

    public override async Task<JoinRoomResponse> JoinRoom(JoinRoomRequest request, ServerCallContext context) =>
        new() { Connections = await ChangeAsync(request.User, request.Room, joins: true, context).ConfigureAwait(false) };

    public override async Task<LeaveRoomResponse> LeaveRoom(LeaveRoomRequest request, ServerCallContext context) =>
        new() { Connections = await ChangeAsync(request.User, request.Room, joins: false, context).ConfigureAwait(false) };

    public override Task<RoomInfo> GetRoomInfo(GetRoomInfoRequest request, ServerCallContext context)
    {
        int users = request.MaxUsers == 0 ? UsualUsers : (int)Math.Min(request.MaxUsers, MostUsers);
        return Task.FromResult(RoomInfoOf(Lead(), request.Room, users));
    }

    public override Task<UserInfo> GetUserNode(GetUserNodeRequest request, ServerCallContext context)
    {
        IReadOnlyList<ConnectionView> connections = Lead().State.Ask(queries => queries.User(request.User));
        return connections.Count > 0
            ? Task.FromResult(Answers.Of(request.User, connections))
            : throw Error(StatusCode.NotFound, $"user {request.User} has no connection");
    }

    public override Task<RoomStats> GetRoomStats(GetRoomStatsRequest request, ServerCallContext context)
    {
        ControllerState state = Lead().State;
        StatsView? stats = request.Room.Length == 0
            ? state.Ask(queries => queries.Stats())
            : state.Ask(queries => queries.Stats(request.Room));
        return Task.FromResult(Answers.Of(stats ?? throw NobodyIn(request.Room)));
    }

    public override Task<ListRoomsResponse> ListRooms(ListRoomsRequest request, ServerCallContext context)
    {
        if (request.Limit > MostRooms)
        {
            throw Error(StatusCode.InvalidArgument, $"limit: at most {MostRooms}");
        }

        int limit = request.Limit == 0 ? UsualRooms : (int)request.Limit;
        return Task.FromResult(Answers.Of(Lead().State.Ask(queries => queries.Rooms(request.Prefix, request.After, limit))));
    }

    public override Task<ListNodesResponse> ListNodes(ListNodesRequest request, ServerCallContext context)
    {
        ListNodesResponse response = new();
        response.Nodes.AddRange(Lead().State.Ask(queries => queries.Nodes()).Select(Answers.Of));
        return Task.FromResult(response);
    }

    public override Task<RoomInfo> SetRoomMetadata(SetRoomMetadataRequest request, ServerCallContext context)
    {
        if (request.Metadata.Count > MostMetadata || request.Metadata.Sum(entry => entry.Key.Length + entry.Value.Length) > MostMetadataChars)
        {
            throw Error(StatusCode.InvalidArgument, $"metadata: at most {MostMetadata} entries with {MostMetadataChars} characters together");
        }

        Term term = Lead();
        return term.State.SetMetadata(request.Room, new Dictionary<string, string>(request.Metadata))
            ? Task.FromResult(RoomInfoOf(term, request.Room, UsualUsers))
            : throw NobodyIn(request.Room);
    }

    public override Task Report(
        IAsyncStreamReader<NodeReport> requestStream, IServerStreamWriter<ReportAck> responseStream, ServerCallContext context) =>
        WithinTermAsync(context, async (term, cancel) =>
        {
            long session = term.NextSession();
            Task? lost = null;
            while (await NextAsync(requestStream, lost, cancel).ConfigureAwait(false))
            {
                Report report = ReportReader.Read(requestStream.Current, session);
                ReportOutcome outcome = term.State.Take(report);
                if (outcome != ReportOutcome.Taken)
                {
                    log.ReportRefused(report.Node, outcome.ToString());
                    throw Refusal(report, outcome);
                }

                if (lost is null)
                {
                    lost = term.State.WhenLost(report);
                    log.NodeReports(report.Node, report.Incarnation);
                }

                await responseStream.WriteAsync(new ReportAck { Batch = report.Batch }).ConfigureAwait(false);
            }
        });

    public override Task WatchPresence(
        WatchPresenceRequest request, IServerStreamWriter<PresenceBatch> responseStream, ServerCallContext context) =>
        WithinTermAsync(context, async (term, cancel) =>
        {
            PresenceWatcher watcher = term.Presence.Watch(request.MaxMembers == 0 ? UsualUsers : (int)Math.Min(request.MaxMembers, int.MaxValue));
            try
            {
                // From now on, and the watcher knows since when.
                await context.WriteResponseHeadersAsync([]).ConfigureAwait(false);
                while (await watcher.Waiting.WaitToReadAsync(cancel).ConfigureAwait(false))
                {
                    await responseStream.WriteAsync(NextBatch(watcher)).ConfigureAwait(false);
                }
            }
            catch (InvalidOperationException tooSlow) when (watcher.Waiting.Completion.IsFaulted)
            {
                throw Error(StatusCode.ResourceExhausted, tooSlow.Message);
            }
            finally
            {
                term.Presence.Leave(watcher);
            }
        });

    /// <summary>Answered by followers, too.</summary>
    public override Task<ControllerStatus> GetStatus(GetStatusRequest request, ServerCallContext context)
    {
        Term? term = seat.Term;
        ControllerStatus status = new()
        {
            Controller = seat.Id, Leads = term is not null, Leader = seat.Leader, MemoryBytes = (ulong)Environment.WorkingSet,
        };
        status.Stores.AddRange((term?.Lags ?? []).Select(Answers.Of));
        return Task.FromResult(status);
    }

    private async Task<uint> ChangeAsync(string user, string room, bool joins, ServerCallContext context)
    {
        ReportReader.CheckName("user", user);
        ReportReader.CheckName("room", room);
        IReadOnlyCollection<NodeAnnouncement> where = Lead().State.Ask(queries => queries.NodesOf(user));
        uint connections = await nodes.ChangeAsync(where, joins, user, room, context.CancellationToken).ConfigureAwait(false);
        return connections > 0
            ? connections
            : throw Error(StatusCode.NotFound, joins ? $"user {user} has no connection" : $"user {user} is not in room {room}");
    }

    private Term Lead() => seat.Term ?? throw NotLeading();

    private async Task WithinTermAsync(ServerCallContext context, Func<Term, CancellationToken, Task> run)
    {
        Term term = Lead();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, term.Ended);
        try
        {
            await run(term, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (term.Ended.IsCancellationRequested)
        {
            throw NotLeading();
        }
    }

    /// <summary>
    /// Whether another batch comes. A node that is lost meanwhile has its stream ended: while nothing changes there it would say nothing, and
    /// never learn that its members are gone.
    /// </summary>
    private static async Task<bool> NextAsync(IAsyncStreamReader<NodeReport> reports, Task? lost, CancellationToken cancel)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task<bool> next = reports.MoveNext(end.Token);
        if (lost is not null && await Task.WhenAny(next, lost).ConfigureAwait(false) == lost)
        {
            await end.CancelAsync().ConfigureAwait(false);
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw Error(StatusCode.Aborted, "the node was lost meanwhile, and has to begin with a snapshot");
        }

        return await next.ConfigureAwait(false);
    }

    private RpcException NotLeading() => seat.IsLeader || seat.Leader.Length == 0
        ? Error(StatusCode.Unavailable, seat.IsLeader ? "the leader is restoring its state" : "there is no leader at the moment")
        : new RpcException(
            new Status(StatusCode.FailedPrecondition, $"{seat.Leader} leads, at {seat.LeaderAddress}"), new Metadata { { "leader", seat.LeaderAddress } });

    private static RoomInfo RoomInfoOf(Term term, string room, int users) =>
        Answers.Of(term.State.Ask(queries => queries.Room(room, users)) ?? throw NobodyIn(room));

    private static PresenceBatch NextBatch(PresenceWatcher watcher)
    {
        PresenceBatch batch = new();
        while (batch.Changes.Count < MostTransitions && watcher.Waiting.TryRead(out PresenceTransition transition))
        {
            batch.Changes.Add(new PresenceChange { Room = transition.Room, User = transition.User, Joined = transition.Joined });
        }

        return batch;
    }

    private static RpcException Refusal(Report report, ReportOutcome outcome) => outcome switch
    {
        ReportOutcome.OldIncarnation => Error(StatusCode.AlreadyExists, $"a later start of node {report.Node} is known"),
        ReportOutcome.Superseded => Error(StatusCode.Aborted, $"a later stream of node {report.Node} has begun"),
        ReportOutcome.NeedsSnapshot => Error(StatusCode.Aborted, $"node {report.Node} has to begin with a snapshot"),
        _ => Error(StatusCode.Aborted, $"a batch of node {report.Node} is missing before {report.Batch}"),
    };

    private static RpcException NobodyIn(string room) => Error(StatusCode.NotFound, $"nobody is in room {room}");

    private static RpcException Error(StatusCode code, string message) => new(new Status(code, message));
}
