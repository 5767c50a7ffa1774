namespace Node.Hub;

/// <summary>What a bucket has done so far. Written by its loop with plain stores, read by anybody, a moment old.</summary>
internal sealed class HubCounters
{
    public long Sessions;
    public long Channels;

    /// <summary>Of the channels, those whose user is known: whom a broadcast reaches.</summary>
    public long Named;
    public long Handshakes;
    public long MessagesIn;
    public long MessagesOut;
    public long RoomMessages;
    public long Members;
    public long Rooms;
    public long Users;
    public long HandlerFaults;
}
