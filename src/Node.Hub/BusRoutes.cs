using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>What the routes of the client protocol do where the hub is not alone. On the channel's loop, as are the answers.</summary>
internal static class BusRoutes
{
    public static void Publish(MessageBus bus, Channel channel, Room room, in ClientMessage message)
    {
        ulong seq = message.Seq;
        bus.Publish(BusTargetKind.Room, room.Name, Outgoing(channel, RouteNames.Publish, message), answer => channel.Bucket.Loop.Post(() =>
        {
            if (answer.Outcome == BusOutcome.Done)
            {
                BuiltInRoutes.AnswerPublish(channel, room, seq, answer.Offset);
            }
            else
            {
                Fail(channel, new ClientMessage { MessageId = Routes.Publish, Seq = seq, Room = room.Name }, answer);
            }
        }));
    }

    public static void Direct(MessageBus bus, Channel channel, in ClientMessage message)
    {
        ulong seq = message.Seq;
        bus.Publish(BusTargetKind.User, message.User, Outgoing(channel, RouteNames.Direct, message), answer => channel.Bucket.Loop.Post(() =>
        {
            if (answer.Outcome == BusOutcome.Done)
            {
                BuiltInRoutes.AnswerDirect(channel, seq, answer.Connections);
            }
            else
            {
                Fail(channel, new ClientMessage { MessageId = Routes.Direct, Seq = seq }, answer);
            }
        }));
    }

    private static ClientMessage Outgoing(Channel channel, byte[] route, in ClientMessage message) =>
        new()
        {
            MessageId = route, User = channel.UserName, DataKind = message.DataKind, Data = message.Data, Traceparent = message.Traceparent,
        };

    private static void Fail(Channel channel, in ClientMessage request, BusAnswer answer)
    {
        bool overloaded = answer.Outcome == BusOutcome.Overloaded;
        channel.Fail(
            request, overloaded ? ErrorCode.LimitExceeded : ErrorCode.Unavailable,
            overloaded ? "too many messages wait for the cluster" : "nobody took the message in time; it may or may not be delivered");
    }
}
