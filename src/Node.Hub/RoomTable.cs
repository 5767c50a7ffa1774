using System.Diagnostics.CodeAnalysis;
using System.Text;
using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>
/// A bucket's two sides of rooms: those it owns, and its members' part of any. A join goes to the owner, which counts the
/// member in and answers with the room's state; only with that answer the channel becomes a member here, so that it misses
/// nothing that was numbered later and gets nothing twice. Loop thread only.
/// </summary>
internal sealed class RoomTable
{
    private readonly Bucket _bucket;
    private readonly Dictionary<byte[], Room> _owned = new(Utf8Comparer.Instance);
    private readonly Dictionary<byte[], RoomPart> _parts = new(Utf8Comparer.Instance);
    private readonly Dictionary<byte[], Room>.AlternateLookup<ReadOnlySpan<byte>> _ownedByName;
    private readonly Dictionary<byte[], RoomPart>.AlternateLookup<ReadOnlySpan<byte>> _partsByName;

    public RoomTable(Bucket bucket)
    {
        _bucket = bucket;
        _ownedByName = _owned.GetAlternateLookup<ReadOnlySpan<byte>>();
        _partsByName = _parts.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public IEnumerable<Room> Owned => _owned.Values;

    /// <summary>The room of that name, if the channel is in it.</summary>
    public bool TryFindPart(Channel channel, ReadOnlySpan<byte> name, [NotNullWhen(true)] out RoomPart? part) =>
        _partsByName.TryGetValue(name, out part) && channel.Rooms.Contains(part);

    public Room? FindOwned(ReadOnlySpan<byte> name) => _ownedByName.TryGetValue(name, out Room? room) ? room : null;

    /// <summary>Starts to join; the answer comes as a reply to the channel.</summary>
    public void Join(Channel channel, in ClientMessage request) => Join(new RoomJoin(channel, request));

    /// <summary>The application makes a channel join; it hears of it by a <c>join</c> that it has not asked for.</summary>
    public void Join(Channel channel, ReadOnlySpan<byte> name) =>
        Join(new RoomJoin(channel, new ClientMessage { MessageId = Routes.Join, Room = name }, tells: true));

    private static void Join(RoomJoin join)
    {
        join.Channel.JoinsPending++;
        join.Owner.Loop.RunOrPost(AdmitPosted, join);
    }

    /// <returns>False when the channel is not in the room.</returns>
    public bool Leave(Channel channel, ReadOnlySpan<byte> name)
    {
        if (!TryFindPart(channel, name, out RoomPart? part))
        {
            return false;
        }

        Leave(channel, part);
        return true;
    }

    public void LeaveAll(Channel channel)
    {
        while (channel.Rooms.Count > 0)
        {
            Leave(channel, channel.Rooms[channel.Rooms.Count - 1]);
        }
    }

    /// <summary>New options for the rooms that are there.</summary>
    public void ApplyOptions()
    {
        foreach (Room room in _owned.Values)
        {
            room.ApplyOptions();
        }
    }

    /// <summary>The bus has linked a room: what it numbers from now on comes. On the owner's loop.</summary>
    public void Linked(ReadOnlySpan<byte> name, ulong number, byte[] epoch, ulong offset)
    {
        if (FindOwned(name) is not { } room || room.LinkNumber != number)
        {
            return;
        }

        Begin(room, epoch, offset);
    }

    /// <summary>Nobody has linked the room in time. On the owner's loop.</summary>
    public void LinkFailed(ReadOnlySpan<byte> name, ulong number)
    {
        if (FindOwned(name) is { Waiting: { } waiting } room && room.LinkNumber == number)
        {
            Remove(room);
            foreach (RoomJoin join in waiting)
            {
                join.Channel.Bucket.Loop.RunOrPost(static refused => ((RoomJoin)refused!).Refuse(), join);
            }
        }
    }

    private static void AdmitPosted(object? state)
    {
        var join = (RoomJoin)state!;
        if (join.Owner.Rooms.TryAdmit(join))
        {
            join.Channel.Bucket.Loop.RunOrPost(CompletePosted, join);
        }
    }

    private static void CompletePosted(object? state)
    {
        var join = (RoomJoin)state!;
        join.Channel.Bucket.Rooms.Complete(join);
    }

    /// <summary>On the owner's loop.</summary>
    /// <returns>False when the room is not linked yet: the join goes on when it is.</returns>
    private bool TryAdmit(RoomJoin join)
    {
        if (!_owned.TryGetValue(join.Name, out Room? room))
        {
            room = new Room(join.Name, NewEpoch(), _bucket);
            _owned.Add(join.Name, room);
            _bucket.Counters.Rooms++;
            if (_bucket.Hub.Bus is { } bus)
            {
                room.Waiting = [];
                Link(room, bus);
            }
        }

        if (room.Waiting is { } waiting)
        {
            waiting.Add(join);
            return false;
        }

        Admit(room, join);
        return true;
    }

    /// <summary>
    /// Another bus, or none: rooms that are there are linked at it, and their members stay. Without one, each begins a life of its own, whose
    /// numbers go on.
    /// </summary>
    public void Switch(MessageBus? bus)
    {
        foreach (Room room in _owned.Values.Where(room => room.LinkedAt != bus))
        {
            if (bus is not null)
            {
                Link(room, bus);
                continue;
            }

            (room.LinkedAt, room.LinkNumber) = (null, _bucket.Hub.NextGeneration());
            Begin(room, NewEpoch(), room.Offset);
        }
    }

    private void Link(Room room, MessageBus bus)
    {
        (room.LinkedAt, room.LinkNumber) = (bus, _bucket.Hub.NextGeneration());
        bus.Link(BusTargetKind.Room, room.Name, room.LinkNumber);
    }

    /// <summary>A room begins another life, or goes on with its own; who waited for that is let in.</summary>
    private static void Begin(Room room, byte[] epoch, ulong offset)
    {
        room.Linked(epoch, offset);
        List<RoomJoin> waiting = room.Waiting ?? [];
        room.Waiting = null;
        foreach (RoomJoin join in waiting)
        {
            Admit(room, join);
            join.Channel.Bucket.Loop.RunOrPost(CompletePosted, join);
        }
    }

    private static void Admit(Room room, RoomJoin join)
    {
        room.Admit(join.Channel.Bucket, join.Channel.UserName);
        join.Admitted(room);
    }

    private void Remove(Room room)
    {
        _owned.Remove(room.Name);
        _bucket.Counters.Rooms--;
        room.LinkedAt?.Unlink(BusTargetKind.Room, room.Name);
    }

    /// <summary>Back on the channel's loop.</summary>
    private void Complete(RoomJoin join)
    {
        Channel channel = join.Channel;
        Room room = join.Room!;
        channel.JoinsPending--;
        if (!channel.IsAlive)
        {
            join.ReleaseMissed();
            Dismiss(room, channel);
            return;
        }

        RoomPart part = room.Parts[_bucket.Index] ??= AddPart(room);
        if (channel.Rooms.Contains(part))
        {
            // Joined twice: the owner counted it twice.
            Dismiss(room, channel);
        }
        else
        {
            part.Add(channel);
            _bucket.Counters.Members++;
            _bucket.Hub.Raise(HubEventKind.Joined, channel, room);
        }

        join.Answer();
    }

    private void Leave(Channel channel, RoomPart part)
    {
        part.Remove(channel);
        _bucket.Counters.Members--;
        if (part.Count == 0)
        {
            _parts.Remove(part.Room.Name);
            part.Room.Parts[_bucket.Index] = null;
        }

        _bucket.Hub.Raise(HubEventKind.Left, channel, part.Room);
        Dismiss(part.Room, channel);
    }

    private RoomPart AddPart(Room room)
    {
        var part = new RoomPart(room);
        _parts[room.Name] = part;
        return part;
    }

    private void Dismiss(Room room, Channel channel) => room.Owner.Post(
        static (owner, envelope) => owner.Rooms.Dismissed((Room)envelope.Target!, envelope.Origin!),
        Envelope.Of(room, [], [], [], DataKind.None, [], channel));

    /// <summary>On the owner's loop.</summary>
    private void Dismissed(Room room, Channel channel)
    {
        if (room.Dismiss(channel.Bucket, channel.UserName))
        {
            Remove(room);
        }
    }

    private static byte[] NewEpoch() => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Guid.NewGuid().ToByteArray()[..6]));
}
