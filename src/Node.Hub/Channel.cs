using System.Text;
using Node.Hub.Auth;
using Node.Transport;
using Node.Wire;
using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>
/// A connection as the hub sees it: a user, in rooms, speaking the client protocol. Members are for its loop's thread, which is
/// where handlers and events run, unless they say otherwise.
/// </summary>
public sealed class Channel : Session
{
    private static readonly byte[] Nobody = [];

    private long _endsAt;
    private RoomRights _rights = RoomRights.All;
    private Memberships _rooms;

    internal Channel(Connection connection, Bucket bucket, DeflateAgreement? deflate, MessageEncoding encoding)
        : base(connection, bucket, deflate)
    {
        Encoding = encoding;
        Generation = bucket.Hub.NextGeneration();
        _endsAt = bucket.Loop.Now + bucket.Options.ConnectTimeout;
        bucket.Counters.Channels++;
        ScheduleDeadline();
    }

    /// <summary>
    /// Names this connection for the life of the process, and orders it: a later connection has a higher number. Any thread.
    /// </summary>
    public ulong Generation { get; }

    /// <summary>Which subprotocol it speaks. Any thread.</summary>
    public MessageEncoding Encoding { get; }

    /// <summary>The user's name; empty until it is known. Any thread.</summary>
    public string User => System.Text.Encoding.UTF8.GetString(UserName);

    /// <summary>Whether the user is known: only then there are messages, rooms and the rest.</summary>
    public bool IsNamed => !ReferenceEquals(UserName, Nobody);

    /// <summary>The client's name for its connection, as <c>connect</c> tells it. Any thread.</summary>
    public string ClientId => $"{Bucket.Options.NodeId}-{Generation}";

    /// <summary>The rooms it is in now.</summary>
    public IReadOnlyList<string> RoomNames
    {
        get
        {
            var names = new string[_rooms.Count];
            for (int i = 0; i < names.Length; i++)
            {
                names[i] = System.Text.Encoding.UTF8.GetString(_rooms[i].Room.Name);
            }

            return names;
        }
    }

    internal byte[] UserName { get; private set; } = Nobody;

    internal RoomRights Rights => _rights;

    internal ref Memberships Rooms => ref _rooms;

    /// <summary>Joins on their way to a room's owner.</summary>
    internal ushort JoinsPending { get; set; }

    /// <summary>Requests that asynchronous handlers work on.</summary>
    internal ushort RequestsPending { get; set; }

    /// <summary>Questions that wait in the bucket's queue.</summary>
    internal byte QueriesPending { get; set; }

    internal int QueuedBytes => Connection.QueuedBytes;

    public bool IsAlive => Connection.AcceptsFrames;

    /// <summary>Until it is named, that has to happen by then; after that its token expires then.</summary>
    private protected override long EndsAt => _endsAt;

    /// <summary>Ends the connection with a close code of <c>protocol/codes.md</c>. Any thread.</summary>
    public void Disconnect(ushort code, string reason)
    {
        if (!CloseCode.IsValidOnWire(code))
        {
            throw new ArgumentOutOfRangeException(nameof(code), code, "not a close code that may be sent");
        }

        Bucket.Loop.RunOrPost(
            static state => { var (channel, why, text) = ((Channel, ushort, string))state!; channel.Close(why, text); },
            (this, code, reason));
    }

    /// <summary>Sends a message of the application's to this connection alone. Any thread.</summary>
    public void Send(string messageId, Payload payload)
    {
        Envelope envelope = Envelope.Of(this, Utf8Comparer.Bytes(messageId), [], [], payload.Kind, payload.Bytes.Span);
        Bucket.Post(static (_, sent) => ((Channel)sent.Target!).Send(sent.ToMessage()), envelope);
    }

    internal void Send(in ClientMessage message)
    {
        if (!IsAlive)
        {
            return;
        }

        Bucket.Counters.MessagesOut++;

        // A client waits for its answers: they are not dropped for being old. Who lets them pile up to the bound is closed.
        FrameTraits traits = message.Seq > 0 || message.IsError ? Bucket.Lossless : Bucket.Traits;
        int frame = Bucket.Frames.Write(message, Encoding, Compression, traits);
        Bucket.Loop.Outbox.Enqueue(Connection, frame);
    }

    /// <summary>An error needs a name to arrive under: <c>error</c> where the request has none.</summary>
    internal void Fail(in ClientMessage request, uint code, string reason)
    {
        Span<byte> text = stackalloc byte[256];
        System.Text.Unicode.Utf8.FromUtf16(reason, text, out _, out int length);
        Send(new ClientMessage
        {
            MessageId = request.MessageId.IsEmpty ? "error"u8 : request.MessageId, Seq = request.Seq, Room = request.Room,
            ErrorCode = code, ErrorReason = text[..length],
        });
    }

    /// <summary>The user is known now.</summary>
    internal void Authenticate(byte[] user, RoomRights rights, DateTimeOffset? expires, ulong seq)
    {
        UserName = user;
        Bucket.Counters.Named++;
        Connection.Tag = (byte)Fanout.KindFor(this);
        _rights = rights;
        _endsAt = expires is { } at
            ? Bucket.Loop.Now + (long)Math.Max((at - Bucket.Hub.Time.GetUtcNow()).TotalMilliseconds, 0)
            : long.MaxValue;

        ScheduleDeadline();
        Bucket.Hub.OwnerOf(user).Loop.RunOrPost(
            static state => { var channel = (Channel)state!; channel.Bucket.Hub.OwnerOf(channel.UserName).Users.Add(channel); },
            this);
        ConnectReply.Send(this, seq);
        Bucket.Hub.Raise(HubEventKind.Authenticated, this, null);
    }

    private protected override void OnMessage(Opcode opcode, Span<byte> payload)
    {
        bool json = Encoding == MessageEncoding.Json;
        if (json != (opcode == Opcode.Text))
        {
            Close(CloseCode.UnsupportedData, json ? "binary on a JSON connection" : "text on a protobuf connection");
            return;
        }

        bool read = json
            ? JsonCodec.TryRead(payload, out ClientMessage message, out string? error)
            : ProtoCodec.TryRead(payload, out message, out error);
        if (read)
        {
            Bucket.Hub.Dispatcher.Dispatch(this, ref message);
        }
        else if (ReadErrors.IsBadName(error) && IsNamed)
        {
            // The refused name is not repeated (it was read as empty): only what is known to be in order goes back.
            Fail(new ClientMessage { MessageId = message.MessageId, Seq = message.Seq }, ErrorCode.BadRequest, error!);
        }
        else
        {
            Close(CloseCode.BadMessage, error!);
        }
    }

    private protected override bool IsOver(out ushort code, out string reason)
    {
        (code, reason) = IsNamed ? (CloseCode.TokenExpired, "token expired") : (CloseCode.ConnectTimeout, "no connect in time");
        return Bucket.Loop.Now >= EndsAt;
    }

    private protected override void OnEnded()
    {
        Bucket.Counters.Channels--;
        if (IsNamed)
        {
            Bucket.Counters.Named--;
            Bucket.Rooms.LeaveAll(this);
            Bucket.Hub.OwnerOf(UserName).Loop.RunOrPost(
                static state => { var channel = (Channel)state!; channel.Bucket.Hub.OwnerOf(channel.UserName).Users.Remove(channel); },
                this);
        }

        Bucket.Hub.Raise(HubEventKind.Disconnected, this, null);
    }
}
