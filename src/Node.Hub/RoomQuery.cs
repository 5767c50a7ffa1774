using System.Buffers;
using System.Text;
using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>A member's question to its room's owner: asked on the owner's loop, answered on the channel's.</summary>
internal sealed class RoomQuery
{
    private readonly ArrayBufferWriter<byte> _data = new(256);
    private readonly Room _room;
    private readonly ulong _seq;
    private readonly byte[] _route;
    private readonly ulong _after;
    private readonly int _limit;
    private ulong _roomOffset;

    private bool IsPresence => ReferenceEquals(_route, RouteNames.Presence);

    private RoomQuery(Channel channel, Room room, ulong seq, byte[] route, ulong after, int limit)
    {
        Channel = channel;
        _room = room;
        _seq = seq;
        _route = route;
        _after = after;
        _limit = limit;
    }

    public Channel Channel { get; }

    /// <summary>Who is there.</summary>
    public static void Presence(Channel channel, Room room, ulong seq) =>
        Start(new RoomQuery(channel, room, seq, RouteNames.Presence, 0, 0));

    /// <summary>What was said after an offset.</summary>
    public static void History(Channel channel, Room room, ulong seq, ulong after, int limit) =>
        Start(new RoomQuery(channel, room, seq, RouteNames.History, after, limit));

    /// <summary>Asks whoever knows the room on all nodes; the owner, who knows this one, where there is nobody or no answer.</summary>
    public void Begin()
    {
        if (IsPresence && Channel.Bucket.Hub.Roster is { } roster)
        {
            _ = AskRosterAsync(roster);
        }
        else
        {
            _room.Owner.Loop.RunOrPost(AskPosted, this);
        }
    }

    private static void Start(RoomQuery query)
    {
        if (query._seq > 0 && !query.Channel.Bucket.Queries.TryAdd(query))
        {
            query.Channel.Fail(
                new ClientMessage { MessageId = query._route, Seq = query._seq, Room = query._room.Name },
                ErrorCode.LimitExceeded, "too many questions wait for their answers");
        }
    }

    private static void AskPosted(object? state)
    {
        var query = (RoomQuery)state!;
        query.Ask();
        query.PostAnswer();
    }

    private async Task AskRosterAsync(Func<string, int, Task<RoomPresence?>> roster)
    {
        string room = Encoding.UTF8.GetString(_room.Name);
        if (await roster(room, Channel.Bucket.Options.PresenceLimit).ConfigureAwait(false) is { } presence)
        {
            var json = new JsonDataWriter(_data);
            json.BeginObject();
            PresenceData.Write(ref json, presence);
            json.EndObject();
            PostAnswer();
        }
        else
        {
            _room.Owner.Loop.RunOrPost(AskPosted, this);
        }
    }

    private void PostAnswer() => Channel.Bucket.Loop.RunOrPost(static asked => ((RoomQuery)asked!).Answer(), this);

    private void Ask()
    {
        var json = new JsonDataWriter(_data);
        json.BeginObject();
        if (IsPresence)
        {
            PresenceData.Write(ref json, _room);
        }
        else
        {
            _roomOffset = _room.Offset;
            WriteMessages(ref json);
        }

        json.EndObject();
    }

    private void WriteMessages(ref JsonDataWriter json)
    {
        json.Name("messages"u8);
        json.BeginArray();
        foreach (Envelope message in _room.History(_after, _limit))
        {
            json.BeginObject();
            json.Name("offset"u8);
            json.Number(message.Offset);
            json.Name("user"u8);
            json.String(message.User);
            if (!message.Data.IsEmpty)
            {
                json.Data(message.Kind, message.Data);
            }

            json.EndObject();
            message.Release();
        }

        json.EndArray();
    }

    private void Answer()
    {
        bool history = ReferenceEquals(_route, RouteNames.History);
        var reply = new ClientMessage
        {
            MessageId = _route, Seq = _seq, Room = _room.Name, Offset = _roomOffset, Epoch = history ? _room.Epoch : [],
        };
        reply.SetJson(_data.WrittenSpan);
        Channel.Send(reply);
    }
}
