using Node.Hub.Auth;
using Node.Transport;
using Node.Wire;

namespace Node.Hub;

/// <summary>
/// What a hub can be told. Immutable; a running hub takes a new one by <see cref="Hub.Apply"/>, and what differs
/// holds from then on. Times are in milliseconds, sizes in bytes.
/// </summary>
public sealed record HubOptions
{
    /// <summary>This node's name, as clients and metrics see it. Not changed by <see cref="Hub.Apply"/>.</summary>
    public string NodeId { get; init; } = "node-1";

    /// <summary>Whether <c>/echo</c> is served. Not changed by <see cref="Hub.Apply"/>.</summary>
    public bool Echo { get; init; }

    public HeadLimits HeadLimits { get; init; } = HeadLimits.Default;

    /// <summary>Until the HTTP upgrade is complete.</summary>
    public int HandshakeTimeout { get; init; } = 10_000;

    /// <summary>From the upgrade until the user is named.</summary>
    public int ConnectTimeout { get; init; } = 10_000;

    /// <summary>Silence after which a ping is sent.</summary>
    public int HeartbeatInterval { get; init; } = 25_000;

    /// <summary>Silence after that ping which closes the connection.</summary>
    public int HeartbeatTimeout { get; init; } = 10_000;

    /// <summary>The largest message, also after inflating.</summary>
    public int MaxMessageBytes { get; init; } = 64 * 1024;

    /// <summary>The largest single frame of a message; 0: as the message.</summary>
    public int MaxFrameBytes { get; init; }

    /// <summary>WebSockets beyond this are closed with 3005. 0 means no limit of our own.</summary>
    public int MaxConnections { get; init; }

    /// <summary>
    /// Sockets beyond this are cut off unheard, handshakes and farewells under way included: the rest of the process needs descriptors, too. 0
    /// means no limit.
    /// </summary>
    public int MaxSockets { get; init; }

    /// <summary>WebSockets that are taken a second; the rest is told by 503 when to come back. 0 means no pace.</summary>
    public int AdmissionRate { get; init; }

    /// <summary>WebSockets that are taken at once after a quiet time. 0: those of a second.</summary>
    public int AdmissionBurst { get; init; }

    public int MaxRoomsPerConnection { get; init; } = 128;

    /// <summary>Requests of one connection that asynchronous handlers may work on at once.</summary>
    public int MaxPendingRequests { get; init; } = 64;

    public int HandlerTimeout { get; init; } = 30_000;

    /// <summary>The send queue of a connection, where no room policy says otherwise.</summary>
    public SendPolicy Queue { get; init; } = SendPolicy.Default;

    /// <summary>The first pattern that matches a room's name decides.</summary>
    public IReadOnlyList<RoomPolicy> RoomPolicies { get; init; } = [];

    public HistoryOptions History { get; init; } = new();

    /// <summary>Members up to which a room tells who comes and goes, and users that a list names.</summary>
    public int PresenceLimit { get; init; } = 200;

    public OriginPolicy Origins { get; init; } = new();

    public DeflateOptions Deflate { get; init; } = new();

    /// <summary>Null: authentication is off, and everybody is whom they say they are.</summary>
    public TokenValidator? Tokens { get; init; }

    internal SendPolicy SendPolicyOf(ReadOnlySpan<byte> room)
    {
        foreach (RoomPolicy policy in RoomPolicies)
        {
            if (policy.Matches(room))
            {
                return policy.Send;
            }
        }

        return Queue;
    }
}

/// <param name="Pattern">A room's name; a star at its end matches any rest.</param>
/// <param name="Send">What becomes of this room's messages for members that do not keep up.</param>
public sealed record RoomPolicy(string Pattern, SendPolicy Send)
{
    private readonly byte[] _prefix = Utf8Comparer.Bytes(Pattern.TrimEnd('*'));
    private readonly bool _isPrefix = Pattern.EndsWith('*');

    public bool Matches(ReadOnlySpan<byte> room) =>
        _isPrefix ? room.StartsWith(_prefix) : room.SequenceEqual(_prefix);
}

/// <summary>What a room remembers for those who come back.</summary>
/// <param name="MaxMessages">0 remembers nothing.</param>
/// <param name="MaxBytes">Of names and data together.</param>
/// <param name="TimeToLive">Milliseconds.</param>
/// <param name="MaxTotalBytes">Of all rooms of the node together; a room that finds no place forgets what it remembers.</param>
public sealed record HistoryOptions(
    int MaxMessages = 64, int MaxBytes = 64 * 1024, int TimeToLive = 300_000, long MaxTotalBytes = 256L * 1024 * 1024);
