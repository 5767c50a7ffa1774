using System.Buffers;
using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>
/// One request to join, on its way from the channel's loop to the room's owner and back. Each loop touches it in turn.
/// </summary>
internal sealed class RoomJoin
{
    private readonly ulong _seq;
    private readonly ulong _offset;
    private readonly byte[] _epoch;
    private readonly bool _tells;
    private readonly ArrayBufferWriter<byte> _data = new(64);
    private ulong _roomOffset;
    private List<Envelope>? _missed;

    /// <param name="channel">Who joins.</param>
    /// <param name="request">Its <c>join</c>, or the application's.</param>
    /// <param name="tells">The application made it join: it is told without having asked.</param>
    public RoomJoin(Channel channel, in ClientMessage request, bool tells = false)
    {
        _tells = tells;
        Channel = channel;
        Name = request.Room.ToArray();
        Owner = channel.Bucket.Hub.OwnerOf(Name);
        _seq = request.Seq;
        _offset = request.Offset;
        _epoch = request.Epoch.ToArray();
    }

    public Channel Channel { get; }

    public byte[] Name { get; }

    public Bucket Owner { get; }

    public Room? Room { get; private set; }

    /// <summary>Notes the room's state at the moment of admission. On the owner's loop.</summary>
    public void Admitted(Room room)
    {
        Room = room;
        _roomOffset = room.Offset;
        bool wantsMissed = _epoch.Length > 0;
        _missed = wantsMissed ? room.Missed(_epoch, _offset) : null;

        var json = new JsonDataWriter(_data);
        json.BeginObject();
        PresenceData.Write(ref json, room);

        if (wantsMissed)
        {
            json.Name("recovered"u8);
            json.Bool(_missed is not null);
        }

        json.EndObject();
    }

    /// <summary>The room cannot be joined now. On the channel's loop.</summary>
    public void Refuse()
    {
        Channel.JoinsPending--;
        Channel.Fail(
            new ClientMessage { MessageId = Routes.Join, Seq = _seq, Room = Name }, ErrorCode.Unavailable, "the room cannot be joined now");
    }

    /// <summary>The reply, then what was missed. On the channel's loop.</summary>
    public void Answer()
    {
        if (_seq > 0 || _tells)
        {
            var reply = new ClientMessage
            {
                MessageId = Routes.Join, Seq = _seq, Room = Name, Offset = _roomOffset, Epoch = Room!.Epoch,
            };
            reply.SetJson(_data.WrittenSpan);
            Channel.Send(reply);
        }

        foreach (Envelope message in _missed ?? [])
        {
            Channel.Send(new ClientMessage
            {
                MessageId = Routes.Publish, Room = Name, User = message.User, Offset = message.Offset,
                DataKind = message.Kind, Data = message.Data,
            });
        }

        ReleaseMissed();
    }

    public void ReleaseMissed()
    {
        _missed?.ForEach(message => message.Release());
        _missed = null;
    }
}
