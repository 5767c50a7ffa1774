using Node.Transport;
using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>
/// A room as its owner knows it: the numbers, the memory and who is in it. The owner is the bucket that the name's hash picks; only
/// its loop touches a room, except <see cref="Parts"/>, where each bucket's loop has an element of its own, and what
/// never changes.
/// </summary>
/// <remarks>
/// One owner is what makes the order: it numbers a message, delivers to its own members and posts to the other buckets in
/// the same step, and posts arrive in order.
/// </remarks>
internal sealed class Room
{
    private readonly NamedItems<byte[], OwnNames> _users = new();
    private readonly int[] _membersIn;
    private Dictionary<byte[], int>? _moreOf;
    private RoomLog? _log;
    private volatile FrameTraits _traits;

    public Room(byte[] name, byte[] epoch, Bucket owner)
    {
        Name = name;
        Epoch = epoch;
        Owner = owner;
        _membersIn = new int[owner.Hub.Buckets.Length];
        Parts = new RoomPart?[_membersIn.Length];
        _traits = TraitsNow();
    }

    public byte[] Name { get; }

    /// <summary>Names this life of the room; another life numbers from 1 again.</summary>
    public byte[] Epoch { get; private set; }

    /// <summary>On a bus: joins that wait until the room is linked; null once it is, and where there is no bus.</summary>
    public List<RoomJoin>? Waiting { get; set; }

    /// <summary>Names this life of the room on this node to the bus.</summary>
    public ulong LinkNumber { get; set; }

    /// <summary>Which bus it was linked at last; null: none.</summary>
    public MessageBus? LinkedAt { get; set; }

    public Bucket Owner { get; }

    public RoomPart?[] Parts { get; }

    /// <summary>How its messages wait for members that do not keep up. Any thread.</summary>
    public FrameTraits Traits => _traits;

    /// <summary>The latest message's number.</summary>
    public ulong Offset { get; private set; }

    /// <summary>Connections in the room, on all loops.</summary>
    public int Members { get; private set; }

    /// <summary>Different users in the room.</summary>
    public int UserCount => _users.Count;

    public IEnumerable<byte[]> Users => _users.Items;

    private bool TellsPresence => Members <= Owner.Options.PresenceLimit;

    /// <summary>Counts a member in, and tells the others when its user was not here before.</summary>
    public void Admit(Bucket bucket, byte[] user)
    {
        if (!_users.TryFind(user, out _))
        {
            _users.Put(user);
            if (Members < Owner.Options.PresenceLimit)
            {
                Tell(RouteNames.Joined, user);
            }
        }
        else
        {
            // Few users are in a room more than once.
            _moreOf ??= new Dictionary<byte[], int>(Utf8Comparer.Instance);
            _moreOf[user] = _moreOf.GetValueOrDefault(user) + 1;
        }

        Members++;
        _membersIn[bucket.Index]++;
    }

    /// <returns>Whether the room is empty now, and gone.</returns>
    public bool Dismiss(Bucket bucket, byte[] user)
    {
        Members--;
        _membersIn[bucket.Index]--;
        if (!HasMoreOf(user))
        {
            _users.Remove(user);
            if (Members > 0 && TellsPresence)
            {
                Tell(RouteNames.Left, user);
            }
        }

        if (Members > 0)
        {
            return false;
        }

        _log?.Dispose();
        return true;
    }

    /// <summary>Numbers a message and remembers it. It has yet to be sent (<see cref="Send"/>), before anything else happens in the room.</summary>
    /// <returns>Its offset.</returns>
    public ulong Number(ReadOnlySpan<byte> user, DataKind kind, ReadOnlySpan<byte> data)
    {
        Offset++;
        Remember(user, kind, data);
        return Offset;
    }

    /// <summary>
    /// Sends the message that was numbered last to every member. To a million that takes seconds: an application that waits for the number is told before.
    /// </summary>
    public void Send(ReadOnlySpan<byte> user, DataKind kind, ReadOnlySpan<byte> data) => Distribute(RouteNames.Publish, user, Offset, kind, data);

    /// <summary>The bus says where the room stands. Another life of it, or a gap, makes what is remembered void.</summary>
    public void Linked(byte[] epoch, ulong offset)
    {
        bool isAnother = !epoch.AsSpan().SequenceEqual(Epoch);
        if (offset != Offset || isAnother)
        {
            Epoch = epoch;
            _log?.Dispose();
            _log = null;
        }

        Offset = offset;
        if (isAnother && Members > 0)
        {
            // Who goes on counting in the old life would take new messages for old ones.
            Distribute(RouteNames.Join, [], offset, DataKind.None, []);
        }
    }

    /// <summary>Takes a message that the bus has numbered, and sends it to every member here.</summary>
    public void Accept(byte[] route, BusDelivery delivery)
    {
        if (delivery.Offset > 0)
        {
            Offset = delivery.Offset;
            Remember(delivery.User.Span, delivery.DataKind, delivery.Data.Span);
        }
        else if (IsAboutUserHere(route, delivery.User))
        {
            return;
        }

        Distribute(route, delivery.User.Span, delivery.Offset, delivery.DataKind, delivery.Data.Span);
    }

    /// <summary>
    /// Another node tells who came or left there, and that user is here, too: nobody here needs to hear it, and who heard of his leaving hears
    /// that he is still there.
    /// </summary>
    private bool IsAboutUserHere(byte[] route, ReadOnlyMemory<byte> user)
    {
        bool left = route.AsSpan().SequenceEqual(RouteNames.Left);
        if (user.IsEmpty || !(left || route.AsSpan().SequenceEqual(RouteNames.Joined)))
        {
            return false;
        }

        bool here = _users.TryFind(user.Span, out byte[]? name);
        if (here && left)
        {
            Owner.Hub.Bus?.Tell(Name, RouteNames.Joined, name!);
        }

        return here;
    }

    /// <summary>
    /// What a returning member missed.
    /// </summary>
    /// <returns>Null when that cannot be told: another epoch, or the room has forgotten.</returns>
    public List<Envelope>? Missed(ReadOnlySpan<byte> epoch, ulong offset)
    {
        if (!epoch.SequenceEqual(Epoch) || offset > Offset || _log is null
            || !_log.TryFind(Offset, offset, Owner.Loop.Now, out int start))
        {
            return epoch.SequenceEqual(Epoch) && offset == Offset ? [] : null;
        }

        var missed = new List<Envelope>(_log.Count - start);
        for (int i = start; i < _log.Count; i++)
        {
            missed.Add(Copy(_log.Read(i)));
        }

        return missed;
    }

    /// <summary>The remembered messages after an offset, at most so many.</summary>
    public List<Envelope> History(ulong after, int limit)
    {
        var found = new List<Envelope>();
        if (_log is not null)
        {
            _log.TryFind(Offset, after, Owner.Loop.Now, out int start);
            for (int i = start; i < _log.Count && found.Count < limit; i++)
            {
                found.Add(Copy(_log.Read(i)));
            }
        }

        return found;
    }

    /// <summary>Takes the owner's new options: the queue policy, and how much is remembered.</summary>
    public void ApplyOptions()
    {
        _traits = TraitsNow();
        _log?.Apply(Owner.Options.History);
    }

    /// <summary>Sends to one bucket's members. On that bucket's loop.</summary>
    public void Deliver(
        Bucket bucket, byte[] route, ReadOnlySpan<byte> user, ulong offset, DataKind kind,
        ReadOnlySpan<byte> data)
    {
        if (Parts[bucket.Index] is not { } part)
        {
            return;
        }

        var message = new ClientMessage
        {
            MessageId = route, Room = Name, User = user, Offset = offset, DataKind = kind, Data = data,
            Epoch = ReferenceEquals(route, RouteNames.Join) ? Epoch : [],
        };
        new Fanout(bucket, message, _traits).To(part.Members);
    }

    private void Remember(ReadOnlySpan<byte> user, DataKind kind, ReadOnlySpan<byte> data)
    {
        Owner.Counters.RoomMessages++;
        if (Owner.Options.History is { MaxMessages: > 0 } history)
        {
            // Made with the first message: most rooms of a large node say little or nothing.
            _log ??= new RoomLog(history, Owner.History);
            _log.Append(Offset, user, kind, data, Owner.Loop.Now);
        }
    }

    private static Envelope Copy(in LoggedMessage message)
    {
        Envelope envelope = Envelope.Of(null, RouteNames.Publish, [], message.User, message.Kind, message.Data);
        envelope.Offset = message.Offset;
        return envelope;
    }

    private FrameTraits TraitsNow() => new(Lane.Data, Owner.Options.SendPolicyOf(Name), this);

    /// <summary>One connection of a user goes; whether others of his stay.</summary>
    private bool HasMoreOf(byte[] user)
    {
        if (_moreOf is null || !_moreOf.TryGetValue(user, out int more))
        {
            return false;
        }

        if (more > 1)
        {
            _moreOf[user] = more - 1;
        }
        else
        {
            _moreOf.Remove(user);
        }

        return true;
    }

    private void Tell(byte[] route, byte[] user)
    {
        Distribute(route, user, 0, DataKind.None, []);
        Owner.Hub.Bus?.Tell(Name, route, user);
    }

    private void Distribute(
        byte[] route, ReadOnlySpan<byte> user, ulong offset, DataKind kind, ReadOnlySpan<byte> data)
    {
        Envelope? envelope = null;
        for (int i = 0; i < _membersIn.Length; i++)
        {
            if (_membersIn[i] == 0 || i == Owner.Index)
            {
                continue;
            }

            if (envelope is null)
            {
                envelope = Envelope.Of(this, route, [], user, kind, data);
                envelope.Offset = offset;
            }

            Owner.Hub.Buckets[i].Post(DeliverPosted, envelope.AddReference());
        }

        envelope?.Release();
        if (_membersIn[Owner.Index] > 0)
        {
            long started = Owner.Hub.Meter.StartFanout();
            Deliver(Owner, route, user, offset, kind, data);
            Owner.Hub.Meter.FanoutDone(started);
        }
    }

    private static void DeliverPosted(Bucket bucket, Envelope envelope) => ((Room)envelope.Target!).Deliver(
        bucket, envelope.Route, envelope.User, envelope.Offset, envelope.Kind, envelope.Data);
}
