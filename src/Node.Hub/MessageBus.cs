using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>What a bus delivers to.</summary>
public enum BusTargetKind
{
    Room,
    User,

    /// <summary>Every named connection; without a name.</summary>
    Everybody,
}

/// <summary>
/// How hubs on different nodes reach each other: who is where, and who numbers a room, is the bus's matter. Members are called on
/// loops' threads, several at a time, and must not block. Names and data are good for the call alone.
/// </summary>
/// <remarks>The way back is <see cref="Hub.Linked"/>, <see cref="Hub.LinkFailed"/> and <see cref="Hub.Deliver"/>.</remarks>
public abstract class MessageBus
{
    /// <summary>
    /// The first member of a room, or connection of a user, is here. A room's joins wait until <see cref="Hub.Linked"/>, so that
    /// nothing is missed that is published after their answers.
    /// </summary>
    /// <param name="kind">Room or user.</param>
    /// <param name="name">Its name.</param>
    /// <param name="number">Names this life of it here; the answer repeats it, so that an answer to an earlier one is known as such.</param>
    public abstract void Link(BusTargetKind kind, byte[] name, ulong number);

    /// <summary>The last one is gone.</summary>
    public abstract void Unlink(BusTargetKind kind, byte[] name);

    /// <summary>Sends to whoever is there, on any node, this one included.</summary>
    /// <param name="kind">With <paramref name="name"/>, to whom.</param>
    /// <param name="name">Of the room or user.</param>
    /// <param name="message">What clients get: its <c>MessageId</c>, <c>User</c> (the sender), <c>DataKind</c> and <c>Data</c>; its <c>Traceparent</c> is for the bus.</param>
    /// <param name="done">Hears what became of it, once; any thread.</param>
    public abstract void Publish(BusTargetKind kind, ReadOnlySpan<byte> name, in ClientMessage message, Action<BusAnswer> done);

    /// <summary>
    /// Tells the other nodes' members of a room something that is no message of it: who came, who left. Best effort.
    /// </summary>
    public abstract void Tell(byte[] room, byte[] messageId, byte[] user);
}
