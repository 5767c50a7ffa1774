using System.Diagnostics.CodeAnalysis;
using System.Buffers;
using Node.Transport;
using Node.Wire;
using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>
/// One loop's part of the hub: its channels, its members of every room, and the rooms and users that it owns by the hash of
/// their name. Touched by its loop alone; other buckets post to it.
/// </summary>
internal sealed class Bucket : IDisposable
{
    public const string EmptyReason = "the node is being emptied; retry_ms=100";
    public const string JsonSubprotocol = "pubsub.v1.json";
    public const string ProtoSubprotocol = "pubsub.v1.proto";

    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<object?> _open;
    private HandshakeOptions _handshake;
    private HandshakeOptions _echoHandshake;
    private readonly int _buckets;
    private bool _closing;
    private int _emptied;
    private readonly ArrayBufferWriter<byte> _json = new(1024);

    public Bucket(Hub hub, EventLoop loop, HubOptions options, int buckets)
    {
        Hub = hub;
        Loop = loop;
        _open = Open;
        Options = options;
        Reader = new MessageReaderContext(WireRole.Server, options.MaxMessageBytes) { MaxFrameBytes = options.MaxFrameBytes };
        Frames = new FrameBuilder(loop.Outbox, this);
        SetDerived(options);
        Rooms = new RoomTable(this);
        Users = new UserTable(this);
        Queries = new QueryQueue(this);
        _buckets = buckets;
        Admission = new Admission(options, buckets, loop.Now, Random.Shared.NextDouble());
        History = new HistoryBudget(options.History.MaxTotalBytes / buckets);
    }

    public Hub Hub { get; }

    public EventLoop Loop { get; }

    public int Index => Loop.Index;

    public HubOptions Options { get; private set; }

    public HubCounters Counters { get; } = new();

    public MessageReaderContext Reader { get; }

    public FrameBuilder Frames { get; }

    /// <summary>For messages that belong to no room: the node's queue policy.</summary>
    public FrameTraits Traits { get; private set; }

    /// <summary>The node's queue bound, with an end instead of a loss.</summary>
    public FrameTraits Lossless { get; private set; }

    /// <summary>This bucket's share of the pace at which the node takes connections.</summary>
    public Admission Admission { get; }

    public RoomTable Rooms { get; }

    public UserTable Users { get; }

    public QueryQueue Queries { get; }

    /// <summary>This bucket's share of what the node's rooms may remember.</summary>
    public HistoryBudget History { get; }

    /// <summary>Done when the bucket is closing and its last session is gone.</summary>
    public Task Empty => _empty.Task;

    public HandshakeOptions Handshake(bool echo) => echo ? _echoHandshake : _handshake;

    /// <summary>A session is open. Loop thread only, as all that follows.</summary>
    public void Opened() => Counters.Sessions++;

    public void Ended()
    {
        Counters.Sessions--;
        CheckEmpty();
    }

    /// <summary>Closes every session; those that are slow to read have so many milliseconds for what waits for them.</summary>
    public void CloseAll(ushort code, string reason, int withinMs)
    {
        _closing = true;
        Loop.ForEach(connection => (connection.Handler as Session)?.Close(code, Hub.SayWhere(reason), withinMs));
        CheckEmpty();
    }

    /// <summary>Links what is here at another bus; null: the hub is alone.</summary>
    /// <returns>How many rooms that are.</returns>
    public long Switch(MessageBus? bus)
    {
        Rooms.Switch(bus);
        if (bus is not null)
        {
            Users.Switch(bus);
        }

        return Counters.Rooms;
    }

    /// <summary>Lets go of a bus that is not the hub's any more.</summary>
    /// <inheritdoc cref="Switch"/>
    public long Unlink(MessageBus old)
    {
        foreach (Room room in Rooms.Owned)
        {
            old.Unlink(BusTargetKind.Room, room.Name);
        }

        Users.Unlink(old);
        return Counters.Rooms;
    }

    /// <summary>Sends so many sessions elsewhere.</summary>
    public bool CloseSome(int most)
    {
        for (; most > 0 && _emptied < Loop.Slots; _emptied++)
        {
            if (Loop.InSlot(_emptied)?.Handler is Session session)
            {
                session.Close(CloseCode.Drain, Hub.SayWhere(EmptyReason));
                most--;
            }
        }

        // Whoever came while it went through is met on the next round.
        _emptied = _emptied < Loop.Slots ? _emptied : 0;
        return Counters.Sessions > 0;
    }

    /// <summary>Sends to every named connection.</summary>
    public void Broadcast(Envelope envelope)
    {
        ClientMessage message = envelope.ToMessage();
        var fanout = new Fanout(this, message, Traits);
        for (int i = 0; i < Loop.Slots; i++)
        {
            if (Loop.InSlot(i) is { Tag: not (byte)FrameKind.None } connection)
            {
                fanout.To(connection);
            }
        }
    }

    /// <summary>A part of a broadcast: to so many named connections from a slot on.</summary>
    /// <returns>The slot to go on from; -1: that was all.</returns>
    public int BroadcastSome(Envelope envelope, int slot, int most)
    {
        ClientMessage message = envelope.ToMessage();
        var fanout = new Fanout(this, message, Traits);
        for (; slot < Loop.Slots && most > 0; slot++)
        {
            if (Loop.InSlot(slot) is { Tag: not (byte)FrameKind.None } connection)
            {
                fanout.To(connection);
                most--;
            }
        }

        return slot < Loop.Slots ? slot : -1;
    }

    /// <summary>What was written since <see cref="BeginJson"/>; good until its next call.</summary>
    public ReadOnlySpan<byte> Json => _json.WrittenSpan;

    /// <summary>Starts the data of a reply in the bucket's scratch. Loop thread only.</summary>
    public JsonDataWriter BeginJson()
    {
        _json.ResetWrittenCount();
        return new JsonDataWriter(_json);
    }

    /// <summary>New limits and policies hold from the next message on. Loop thread only.</summary>
    public void Apply(HubOptions options)
    {
        Options = options;
        Reader.MaxMessageBytes = options.MaxMessageBytes;
        Reader.MaxFrameBytes = options.MaxFrameBytes;
        SetDerived(options);
        Admission.Apply(options, _buckets);
        History.MaxBytes = options.History.MaxTotalBytes / _buckets;
        Rooms.ApplyOptions();
    }

    /// <summary>
    /// Runs an action with an envelope on this bucket's loop, in the order of the calls and among everything else that is
    /// posted to it, and releases the envelope after it. Any thread. On the loop itself it runs at once.
    /// </summary>
    public void Post(Action<Bucket, Envelope> action, Envelope envelope)
    {
        if (Loop.IsOnLoop)
        {
            Run(action, envelope);
        }
        else
        {
            PostBehind(action, envelope);
        }
    }

    /// <summary>
    /// As <see cref="Post"/>, but on the loop itself too it runs only after what was posted before: for what must see
    /// another loop's post whose effect a client may know of already. Any thread.
    /// </summary>
    public void PostBehind(Action<Bucket, Envelope> action, Envelope envelope)
    {
        // The action travels in the envelope: a post has room for one object. A queue of pairs beside the loop's own would
        // not keep the order: who is between its two queues when another sender passes falls behind that sender's next post.
        envelope.Action = action;
        Loop.Post(_open, envelope);
    }

    [MemberNotNull(nameof(_handshake), nameof(_echoHandshake), nameof(Traits), nameof(Lossless))]
    private void SetDerived(HubOptions options)
    {
        Traits = new FrameTraits(Lane.Data, options.Queue);
        Lossless = new FrameTraits(Lane.Data, new SendPolicy(Overflow.Close, options.Queue.MaxBytes));
        _echoHandshake = new HandshakeOptions { Origins = options.Origins, Deflate = options.Deflate };
        _handshake = _echoHandshake with { Subprotocols = [JsonSubprotocol, ProtoSubprotocol] };
    }

    private void CheckEmpty()
    {
        if (_closing && Counters.Sessions == 0)
        {
            _empty.TrySetResult();
        }
    }

    private void Open(object? state)
    {
        var envelope = (Envelope)state!;
        Run(envelope.Action!, envelope);
    }

    private void Run(Action<Bucket, Envelope> action, Envelope envelope)
    {
        try
        {
            action(this, envelope);
        }
        finally
        {
            envelope.Release();
        }
    }

    public void Dispose()
    {
        Frames.Dispose();
        Reader.Dispose();
    }
}
