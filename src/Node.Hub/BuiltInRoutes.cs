using Node.Hub.Auth;
using Node.Wire;
using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>The routes of the client protocol (<c>protocol/client.md</c>). All run on the channel's loop.</summary>
internal static class BuiltInRoutes
{
    private const int MaxHistory = 1000;

    public static void MapTo(Dispatcher dispatcher)
    {
        dispatcher.Map("connect", Connect);
        dispatcher.Map("ping", (ref request) => request.Echo());
        dispatcher.Map("join", Join);
        dispatcher.Map("leave", Leave);
        dispatcher.Map("publish", Publish);
        dispatcher.Map("direct", Direct);
        dispatcher.Map("history", History);
        dispatcher.Map("presence", Presence);
    }

    /// <summary>Names the user by a token, in a handshake or in <c>connect</c>. A refusal closes the connection.</summary>
    public static void Authenticate(Channel channel, ReadOnlySpan<byte> token, ulong seq)
    {
        TokenResult result = channel.Bucket.Options.Tokens!.Validate(token);
        if (result.IsValid)
        {
            channel.Authenticate(Utf8Comparer.Bytes(result.Identity.User), result.Identity.Rights, result.Identity.Expires, seq);
            return;
        }

        bool expired = result.Verdict == TokenVerdict.Expired;
        var request = new ClientMessage { MessageId = Routes.Connect, Seq = seq };
        channel.Fail(request, expired ? ErrorCode.TokenExpired : ErrorCode.Unauthorized, result.Reason);
        channel.Close(expired ? CloseCode.TokenExpired : CloseCode.Unauthorized, result.Reason);
    }

    private static void Connect(ref Request request)
    {
        ref readonly ClientMessage message = ref request.Message;
        Channel channel = request.Channel;
        if (channel.IsNamed)
        {
            request.Fail(ErrorCode.BadRequest, "connected already");
            return;
        }

        if (channel.Bucket.Options.Tokens is not null)
        {
            request.LeaveOpen();
            AuthenticateByData(channel, message);
        }
        else if (message.User.IsEmpty)
        {
            request.Fail(ErrorCode.BadRequest, "user is missing");
            channel.Close(CloseCode.BadMessage, "user is missing");
        }
        else
        {
            request.LeaveOpen();
            channel.Authenticate(message.User.ToArray(), RoomRights.All, null, message.Seq);
        }
    }

    private static void Join(ref Request request)
    {
        ref readonly ClientMessage message = ref request.Message;
        Channel channel = request.Channel;
        if (message.Room.IsEmpty)
        {
            request.Fail(ErrorCode.BadRequest, "room is missing");
        }
        else if (!channel.Rights.MayJoin(message.Room))
        {
            request.Fail(ErrorCode.PermissionDenied, "the token does not allow to join this room");
        }
        else if (channel.Rooms.Count + channel.JoinsPending >= channel.Bucket.Options.MaxRoomsPerConnection
            && !channel.Bucket.Rooms.TryFindPart(channel, message.Room, out _))
        {
            request.Fail(ErrorCode.LimitExceeded, "too many rooms");
        }
        else
        {
            request.LeaveOpen();
            channel.Bucket.Rooms.Join(channel, message);
        }
    }

    private static void Leave(ref Request request)
    {
        Channel channel = request.Channel;
        ref readonly ClientMessage message = ref request.Message;
        if (channel.Bucket.Rooms.Leave(channel, message.Room))
        {
            return;
        }

        if (channel.JoinsPending == 0 || message.Room.IsEmpty)
        {
            RefuseStranger(ref request);
            return;
        }

        // It may be this room that is being joined. The way to the owner and back puts the leave behind the join.
        request.LeaveOpen();
        channel.Bucket.Hub.OwnerOf(message.Room).Post(
            static (_, leave) => leave.Origin!.Bucket.Post(LeavePosted, leave.AddReference()),
            Envelope.Of(null, RouteNames.Leave, message.Room, [], DataKind.None, [], channel, message.Seq));
    }

    private static void LeavePosted(Bucket bucket, Envelope envelope)
    {
        Channel channel = envelope.Origin!;
        var reply = new ClientMessage { MessageId = envelope.Route, Seq = envelope.Seq, Room = envelope.Name };
        if (!bucket.Rooms.Leave(channel, envelope.Name))
        {
            channel.Fail(reply, ErrorCode.NotAMember, "not a member");
        }
        else if (envelope.Seq > 0)
        {
            channel.Send(reply);
        }
    }

    private static void Publish(ref Request request)
    {
        ref readonly ClientMessage message = ref request.Message;
        Channel channel = request.Channel;
        if (!channel.Bucket.Rooms.TryFindPart(channel, message.Room, out RoomPart? part))
        {
            RefuseStranger(ref request);
            return;
        }

        if (!channel.Rights.MayPublish(message.Room))
        {
            request.Fail(ErrorCode.PermissionDenied, "the token does not allow to publish to this room");
            return;
        }

        Room room = part.Room;
        if (message.Data.Length > room.Traits.Policy.MaxBytes)
        {
            // Whoever's socket does not take it at once could never get it.
            request.Fail(ErrorCode.TooLarge, "the data is larger than what may wait for a member");
            return;
        }

        request.LeaveOpen();
        if (channel.Bucket.Hub.Bus is { } bus)
        {
            BusRoutes.Publish(bus, channel, room, message);
            return;
        }

        if (ReferenceEquals(room.Owner, channel.Bucket))
        {
            ulong offset = room.Number(channel.UserName, message.DataKind, message.Data);
            room.Send(channel.UserName, message.DataKind, message.Data);
            AnswerPublish(channel, room, message.Seq, offset);
            return;
        }

        room.Owner.Post(PublishPosted, Envelope.Of(
            room, RouteNames.Publish, [], channel.UserName, message.DataKind, message.Data, channel, message.Seq));
    }

    private static void PublishPosted(Bucket owner, Envelope envelope)
    {
        var room = (Room)envelope.Target!;
        envelope.Offset = room.Number(envelope.User, envelope.Kind, envelope.Data);
        room.Send(envelope.User, envelope.Kind, envelope.Data);

        // Behind the message itself, which the sender may be sent too.
        if (envelope.Seq > 0)
        {
            envelope.Origin!.Bucket.Post(
                static (_, answer) => AnswerPublish(answer.Origin!, (Room)answer.Target!, answer.Seq, answer.Offset),
                envelope.AddReference());
        }
    }

    internal static void AnswerPublish(Channel channel, Room room, ulong seq, ulong offset)
    {
        if (seq > 0)
        {
            channel.Send(new ClientMessage { MessageId = Routes.Publish, Seq = seq, Room = room.Name, Offset = offset });
        }
    }

    private static void Direct(ref Request request)
    {
        ref readonly ClientMessage message = ref request.Message;
        Channel channel = request.Channel;
        if (message.User.IsEmpty)
        {
            request.Fail(ErrorCode.BadRequest, "user is missing");
            return;
        }

        if (message.Data.Length > channel.Bucket.Options.Queue.MaxBytes)
        {
            request.Fail(ErrorCode.TooLarge, "the data is larger than what may wait for a connection");
            return;
        }

        request.LeaveOpen();
        if (channel.Bucket.Hub.Bus is { } bus)
        {
            BusRoutes.Direct(bus, channel, message);
            return;
        }

        channel.Bucket.Hub.OwnerOf(message.User).PostBehind(DirectPosted, Envelope.Of(
            null, RouteNames.Direct, message.User, channel.UserName, message.DataKind, message.Data, channel, message.Seq));
    }

    private static void DirectPosted(Bucket owner, Envelope envelope)
    {
        envelope.Offset = (ulong)owner.Users.Deliver(envelope);
        envelope.Origin!.Bucket.Post(AnswerDirect, envelope.AddReference());
    }

    private static void AnswerDirect(Bucket bucket, Envelope envelope) =>
        AnswerDirect(envelope.Origin!, envelope.Seq, envelope.Offset);

    internal static void AnswerDirect(Channel channel, ulong seq, ulong? connections)
    {
        var message = new ClientMessage { MessageId = Routes.Direct, Seq = seq };
        if (connections == 0)
        {
            channel.Fail(message, ErrorCode.UserOffline, "user is offline");
            return;
        }

        if (seq > 0)
        {
            JsonDataWriter json = channel.Bucket.BeginJson();
            json.BeginObject();
            if (connections is { } known)
            {
                json.Name("connections"u8);
                json.Number(known);
            }

            json.EndObject();
            message.SetJson(channel.Bucket.Json);
            channel.Send(message);
        }
    }

    private static void History(ref Request request)
    {
        ref readonly ClientMessage message = ref request.Message;
        if (!request.Channel.Bucket.Rooms.TryFindPart(request.Channel, message.Room, out RoomPart? part))
        {
            RefuseStranger(ref request);
            return;
        }

        request.LeaveOpen();
        RoomQuery.History(request.Channel, part.Room, message.Seq, message.Offset, LimitIn(message.Data));
    }

    private static void Presence(ref Request request)
    {
        if (!request.Channel.Bucket.Rooms.TryFindPart(request.Channel, request.Message.Room, out RoomPart? part))
        {
            RefuseStranger(ref request);
            return;
        }

        request.LeaveOpen();
        RoomQuery.Presence(request.Channel, part.Room, request.Message.Seq);
    }

    private static void RefuseStranger(ref Request request)
    {
        bool named = !request.Message.Room.IsEmpty;
        request.Fail(named ? ErrorCode.NotAMember : ErrorCode.BadRequest, named ? "not a member" : "room is missing");
    }

    private static int LimitIn(ReadOnlySpan<byte> data) =>
        JsonData.TryGetNumber(data, "limit"u8, out ulong limit) ? (int)Math.Min(limit, MaxHistory) : MaxHistory;

    private static void AuthenticateByData(Channel channel, in ClientMessage message)
    {
        Span<byte> buffer = stackalloc byte[TokenValidator.MaxTokenBytes];
        bool found = JsonData.TryGetString(message.Data, "token"u8, buffer, out ReadOnlySpan<byte> token);
        Authenticate(channel, found ? token : [], message.Seq);
    }
}
