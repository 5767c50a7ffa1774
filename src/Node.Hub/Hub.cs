using Node.Transport;
using Node.Wire;
using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>
/// The product: users, rooms and messages over any number of loops. Members are for any thread unless they say otherwise;
/// what they do is posted to the loops that own the state.
/// </summary>
public sealed class Hub : IDisposable
{
    private ulong _generation;
    private volatile MessageBus? _bus;

    /// <param name="options">The node's settings.</param>
    /// <param name="fault">Hears of exceptions out of application handlers, with the message_id; on a loop's thread.</param>
    /// <param name="time">The wall clock, for tokens and handler timeouts; null is the system's.</param>
    public Hub(HubOptions options, Action<Exception, string>? fault = null, TimeProvider? time = null)
    {
        Options = options;
        Time = time ?? TimeProvider.System;
        Dispatcher = new Dispatcher(fault ?? ((_, _) => { }));
        BuiltInRoutes.MapTo(Dispatcher);
        Meter = new HubMeter(this);
        View = new HubView(this);
    }

    /// <summary>A WebSocket is open; who it is may not be known yet. As all events: on the channel's loop.</summary>
    public event Action<HubEvent>? Connected;

    /// <summary>A connection's user is known.</summary>
    public event Action<HubEvent>? Authenticated;

    /// <summary>A connection is in a room.</summary>
    public event Action<HubEvent>? Joined;

    /// <summary>A connection has left a room, by itself or with its end.</summary>
    public event Action<HubEvent>? Left;

    /// <summary>A connection is gone; it has left its rooms before.</summary>
    public event Action<HubEvent>? Disconnected;

    public HubOptions Options { get; private set; }

    /// <summary>Open WebSockets.</summary>
    public int SessionCount => (int)Buckets.Sum(bucket => bucket.Counters.Sessions);

    /// <summary>Users with at least one connection.</summary>
    public int UserCount => (int)Buckets.Sum(bucket => bucket.Counters.Users);

    public int RoomCount => (int)Buckets.Sum(bucket => bucket.Counters.Rooms);

    /// <summary>Memberships: a connection in two rooms counts twice.</summary>
    public long MemberCount => Buckets.Sum(bucket => bucket.Counters.Members);

    /// <summary>Whether the node says goodbye, and takes nobody new.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>What is there, for operators.</summary>
    public HubView View { get; }

    /// <summary>
    /// Joins this hub to those of other nodes; null: it is alone. Before <see cref="Start"/>; after it, <see cref="SwitchBusAsync"/>.
    /// </summary>
    public MessageBus? Bus
    {
        get => _bus;
        set => _bus = value;
    }

    /// <summary>
    /// Tells who is in a room on all nodes, with so many of the users by name; null, or an answer of null: this node alone is asked. Called on
    /// loops; the answer may come on any thread.
    /// </summary>
    public Func<string, int, Task<RoomPresence?>>? Roster { get; set; }

    /// <summary>Open sockets of all loops, handshakes and farewells included.</summary>
    private int SocketCount
    {
        get
        {
            int count = 0;
            foreach (Bucket bucket in Buckets)
            {
                count += bucket.Loop.ConnectionCount;
            }

            return count;
        }
    }

    /// <summary>
    /// Names another node, as host or host:port, to one client that is sent away; null, or an answer of null: it may come back anywhere. Asked on
    /// loops, once a client.
    /// </summary>
    public Func<string?>? Elsewhere { get; set; }

    internal Bucket[] Buckets { get; private set; } = [];

    internal Dispatcher Dispatcher { get; }

    internal HubMeter Meter { get; }

    internal TimeProvider Time { get; }

    /// <summary>Registers a handler for an application's own message_id. Before <see cref="Start"/>.</summary>
    /// <exception cref="ArgumentException">The name is empty, too long or taken.</exception>
    public void Map(string messageId, RequestHandler handler) => Dispatcher.Map(messageId, handler);

    /// <inheritdoc cref="Map"/>
    /// <remarks>For handlers that wait for something; bounded in number and time by the options.</remarks>
    public void MapAsync(string messageId, Func<AsyncRequest, Task> handler) => Dispatcher.MapAsync(messageId, handler);

    /// <summary>Registers the handler of every message_id that has none. Before <see cref="Start"/>.</summary>
    /// <exception cref="ArgumentException">There is one already.</exception>
    public void MapOthers(RequestHandler handler) => Dispatcher.MapOthers(handler);

    /// <summary>Takes the loops; before they accept connections.</summary>
    public void Start(IReadOnlyList<EventLoop> loops)
    {
        Dispatcher.Freeze();
        Buckets = [.. loops.Select(loop => new Bucket(this, loop, Options, loops.Count))];
    }

    /// <summary>A new connection's first handler: reads its HTTP request. On the connection's loop.</summary>
    public ConnectionHandler Accept(Connection connection)
    {
        int most = Options.MaxSockets;
        if (most > 0 && SocketCount > most)
        {
            Meter.Refused("no descriptor is left for it");
            connection.Abort();
        }

        return new Entrance(connection, Buckets[connection.Loop.Index]);
    }

    /// <summary>Takes new options; what differs holds from the next message, deadline or handshake on.</summary>
    public void Apply(HubOptions options)
    {
        options = options with { NodeId = Options.NodeId, Echo = Options.Echo };
        Options = options;
        foreach (Bucket bucket in Buckets)
        {
            bucket.Loop.Post(() => bucket.Apply(options));
        }
    }

    /// <summary>From the bus: a room is linked; what is numbered after <paramref name="offset"/> will be delivered here.</summary>
    /// <param name="room">Its name.</param>
    /// <param name="number">As <see cref="MessageBus.Link"/> said it.</param>
    /// <param name="epoch">Names the room's life in the cluster.</param>
    /// <param name="offset">The latest number that is not to come.</param>
    public void Linked(byte[] room, ulong number, byte[] epoch, ulong offset)
    {
        Bucket owner = OwnerOf(room);
        owner.Loop.Post(() => owner.Rooms.Linked(room, number, epoch, offset));
    }

    /// <summary>From the bus: a room could not be linked in time; who waits to join it is told so.</summary>
    public void LinkFailed(byte[] room, ulong number)
    {
        Bucket owner = OwnerOf(room);
        owner.Loop.Post(() => owner.Rooms.LinkFailed(room, number));
    }

    /// <summary>From the bus: messages for whoever is here. Batches of one caller keep their order.</summary>
    /// <param name="deliveries">In order.</param>
    /// <param name="reached">Hears, in the same order, how many connections each was enqueued for; on a loop's thread.</param>
    public void Deliver(IReadOnlyList<BusDelivery> deliveries, Action<uint[]> reached) => BusInbox.Deliver(this, deliveries, reached);

    /// <summary>
    /// Takes another bus, or none, while it runs: nobody is disconnected. Each room begins another life with the new one, and its members are
    /// told its number (<c>join</c>). Not while an earlier call is under way.
    /// </summary>
    public async Task SwitchBusAsync(MessageBus? bus)
    {
        MessageBus? old = Bus;
        if (ReferenceEquals(old, bus))
        {
            return;
        }

        // First what is there, so that a publish finds its room linked; then what came meanwhile. The old one is let go of last.
        if (bus is not null)
        {
            await AskAllAsync(bucket => bucket.Switch(bus)).ConfigureAwait(false);
        }

        Bus = bus;
        await AskAllAsync(bucket => bucket.Switch(bus)).ConfigureAwait(false);
        if (old is not null)
        {
            await AskAllAsync(bucket => bucket.Unlink(old)).ConfigureAwait(false);
        }
    }

    /// <summary>Sends to every connection of a user.</summary>
    /// <param name="user">To whom.</param>
    /// <param name="payload">What.</param>
    /// <param name="messageId">Which message_id clients see.</param>
    /// <param name="sender">Whom clients see as the sender; empty: the application.</param>
    /// <returns>How many connections that are.</returns>
    public Task<int> SendToUserAsync(string user, Payload payload, string messageId = "direct", string sender = "")
    {
        if (Bus is { } bus)
        {
            return BusCalls.SendToUserAsync(bus, user, payload, messageId, sender);
        }

        byte[] name = Utf8Comparer.Bytes(user);
        var done = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        OwnerOf(name).PostBehind(
            static (owner, envelope) =>
                ((TaskCompletionSource<int>)envelope.Target!).SetResult(owner.Users.Deliver(envelope)),
            Envelope.Of(done, Utf8Comparer.Bytes(messageId), name, Utf8Comparer.Bytes(sender), payload.Kind, payload.Bytes.Span));
        return done.Task;
    }

    /// <summary>Publishes to a room.</summary>
    /// <param name="room">Where.</param>
    /// <param name="payload">What.</param>
    /// <param name="sender">Whom members see as the sender; empty: the application.</param>
    public Task<RoomDelivery> PublishAsync(string room, Payload payload, string sender = "")
    {
        if (Bus is { } bus)
        {
            return BusCalls.PublishAsync(bus, room, payload, sender);
        }

        byte[] name = Utf8Comparer.Bytes(room);
        var done = new TaskCompletionSource<RoomDelivery>(TaskCreationOptions.RunContinuationsAsynchronously);
        OwnerOf(name).Post(
            static (owner, envelope) =>
            {
                Room? room = owner.Rooms.FindOwned(envelope.Name);
                ulong offset = room?.Number(envelope.User, envelope.Kind, envelope.Data) ?? 0;
                ((TaskCompletionSource<RoomDelivery>)envelope.Target!).SetResult(RoomDelivery.Of(room, offset));
                room?.Send(envelope.User, envelope.Kind, envelope.Data);
            },
            Envelope.Of(done, RouteNames.Publish, name, Utf8Comparer.Bytes(sender), payload.Kind, payload.Bytes.Span));
        return done.Task;
    }

    /// <summary>Sends to every named connection, on all nodes.</summary>
    /// <param name="payload">What.</param>
    /// <param name="messageId">Which message_id clients see.</param>
    /// <param name="sender">Whom clients see as the sender; empty: the application.</param>
    /// <returns>How many connections that are.</returns>
    public Task<int> BroadcastAsync(Payload payload, string messageId = "broadcast", string sender = "")
    {
        if (Bus is { } bus)
        {
            return BusCalls.BroadcastAsync(bus, payload, messageId, sender);
        }

        var done = new Tally(Buckets.Length);
        Envelope envelope = Envelope.Of(
            done, Utf8Comparer.Bytes(messageId), [], Utf8Comparer.Bytes(sender), payload.Kind, payload.Bytes.Span);
        foreach (Bucket bucket in Buckets)
        {
            bucket.Post(
                static (here, sent) =>
                {
                    ((Tally)sent.Target!).Add((int)here.Counters.Named);
                    here.Broadcast(sent);
                },
                envelope.AddReference());
        }

        envelope.Release();
        return done.Task;
    }

    /// <summary>Sends to every named connection of this node, spread over time.</summary>
    /// <param name="payload">What.</param>
    /// <param name="rate">Deliveries a second, 1 or more.</param>
    /// <param name="messageId">Which message_id clients see.</param>
    /// <param name="sender">Whom clients see as the sender; empty: the application.</param>
    /// <returns>How many connections that will be, before they all have it.</returns>
    public async Task<int> BroadcastAsync(Payload payload, int rate, string messageId = "broadcast", string sender = "")
    {
        var done = new TaskCompletionSource<uint[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var delivery = new BusDelivery
        {
            Kind = BusTargetKind.Everybody, Name = default, MessageId = Utf8Comparer.Bytes(messageId), User = Utf8Comparer.Bytes(sender),
            DataKind = payload.Kind, Data = payload.Bytes, Rate = rate,
        };
        Deliver([delivery], done.SetResult);
        return (int)(await done.Task.ConfigureAwait(false))[0];
    }

    /// <summary>Ends connections of a user.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="reason">What the client is told.</param>
    /// <param name="code">A close code of <c>protocol/codes.md</c>.</param>
    /// <param name="clientId">Only the connection that <c>connect</c> gave this name; empty: all of them.</param>
    /// <returns>How many were told to end.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The code may not be sent.</exception>
    public Task<int> KickAsync(string user, string reason = "kicked", ushort code = CloseCode.Kicked, string clientId = "")
    {
        if (!CloseCode.IsValidOnWire(code))
        {
            throw new ArgumentOutOfRangeException(nameof(code), code, "not a close code that may be sent");
        }

        return ForEachAsync(user, clientId, channel => channel.Close(code, reason));
    }

    /// <summary>Makes every connection that a user has here a member of a room.</summary>
    /// <returns>How many there are.</returns>
    public Task<int> JoinAsync(string user, string room)
    {
        byte[] name = Utf8Comparer.Bytes(room);
        return ForEachAsync(user, "", channel => channel.Bucket.Rooms.Join(channel, name));
    }

    /// <summary>Takes every connection that a user has here out of a room.</summary>
    /// <returns>How many connections the user has here.</returns>
    public Task<int> LeaveAsync(string user, string room)
    {
        byte[] name = Utf8Comparer.Bytes(room);
        return ForEachAsync(user, "", channel =>
        {
            if (channel.Bucket.Rooms.Leave(channel, name))
            {
                channel.Send(new ClientMessage { MessageId = Routes.Leave, Room = name });
            }
        });
    }

    /// <summary>Who is in a room: the number of users and their names, up to the presence limit, in no order.</summary>
    public Task<RoomPresence> PresenceAsync(string room) => View.RoomAsync(room, Options.PresenceLimit);

    /// <summary>
    /// Empties the node without ending it: readiness fails at once, then so many connections a second are closed with 3001, and come back
    /// elsewhere: where, <see cref="Elsewhere"/> says. Done when nobody is left.
    /// </summary>
    public async Task EmptyAsync(int perSecond, CancellationToken cancel)
    {
        IsDraining = true;
        const int TurnMs = 50;
        double due = 0;
        while (SessionCount > 0 && !cancel.IsCancellationRequested)
        {
            due += perSecond * TurnMs / 1000.0;
            int each = (int)Math.Ceiling(due / Buckets.Length);
            due -= each * Buckets.Length;
            await Task.WhenAll(Buckets.Select(bucket => HubView.AskAsync(bucket, () => bucket.CloseSome(each)))).ConfigureAwait(false);
            await Task.Delay(TimeSpan.FromMilliseconds(TurnMs), Time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Says goodbye to everybody and waits until they are gone or the time is up. New handshakes are refused with 503
    /// from the first moment.
    /// </summary>
    /// <param name="within">How long to wait.</param>
    /// <param name="code">3000 where the node stops, 3001 where it is only emptied.</param>
    /// <returns>Whether everybody was gone in time.</returns>
    public async Task<bool> DrainAsync(TimeSpan within, ushort code = CloseCode.Shutdown)
    {
        IsDraining = true;
        string reason = code == CloseCode.Shutdown ? "the node stops; retry_ms=1000" : Bucket.EmptyReason;

        // Longer than the wait below, so that who has not left by then is counted as cut, and not as gone.
        int withinMs = (int)Math.Min(within.TotalMilliseconds + 1000, int.MaxValue);
        foreach (Bucket bucket in Buckets)
        {
            bucket.Loop.Post(() => bucket.CloseAll(code, reason, withinMs));
        }

        // Within the same time as the rest: a loop that does not turn must not hold up a stop for ever.
        Task gone = Task.WhenAll(Buckets.Select(bucket => bucket.Empty));
        await gone.WaitAsync(within, Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return gone.IsCompletedSuccessfully;
    }

    public void Dispose()
    {
        Meter.Dispose();
        foreach (Bucket bucket in Buckets)
        {
            bucket.Dispose();
        }
    }

    internal Bucket OwnerOf(ReadOnlySpan<byte> name) =>
        Buckets.Length == 1 ? Buckets[0] : Buckets[(int)((uint)Utf8Comparer.Hash(name) % (uint)Buckets.Length)];

    /// <summary>A close reason, with where to come back where that is known and fits.</summary>
    internal string SayWhere(string reason)
    {
        string hinted = Elsewhere?.Invoke() is { } node ? $"{reason} node={node}" : reason;
        return hinted.Length <= FrameWriter.MaxCloseReason ? hinted : reason;
    }

    internal ulong NextGeneration() => Interlocked.Increment(ref _generation);

    internal void Raise(HubEventKind kind, Channel channel, Room? room)
    {
        Action<HubEvent>? listeners = kind switch
        {
            HubEventKind.Connected => Connected,
            HubEventKind.Authenticated => Authenticated,
            HubEventKind.Joined => Joined,
            HubEventKind.Left => Left,
            _ => Disconnected,
        };
        if (listeners is null)
        {
            return;
        }

        try
        {
            listeners(new HubEvent(kind, channel, HubEvent.NameOf(room), NextGeneration()));
        }
        catch (Exception exception)
        {
            Dispatcher.ReportFault(exception, kind.ToString());
        }
    }

    private async Task AskAllAsync(Func<Bucket, long> ask)
    {
        await Task.WhenAll(Buckets.Select(bucket => HubView.AskAsync(bucket, () => ask(bucket)))).ConfigureAwait(false);
    }

    /// <summary>Does something to connections of a user, each on its loop.</summary>
    /// <returns>To how many.</returns>
    private Task<int> ForEachAsync(string user, string clientId, Action<Channel> run)
    {
        byte[] name = Utf8Comparer.Bytes(user);
        Bucket owner = OwnerOf(name);
        var done = new Tally(1);
        owner.Loop.Post(() =>
        {
            // Which of them are alive, only their own loops know.
            var parts = owner.Users.ChannelsOf(name).ToArray()
                .Where(channel => clientId.Length == 0 || channel.ClientId == clientId).ToLookup(channel => channel.Bucket);
            done.Expect(parts.Count);
            foreach (IGrouping<Bucket, Channel> part in parts)
            {
                part.Key.Loop.RunOrPost(_ => done.Add(RunAlive(part, run)), null);
            }

            done.Add(0);
        });
        return done.Task;
    }

    private static int RunAlive(IEnumerable<Channel> channels, Action<Channel> run)
    {
        Channel[] alive = [.. channels.Where(channel => channel.IsAlive)];
        Array.ForEach(alive, run);
        return alive.Length;
    }
}
