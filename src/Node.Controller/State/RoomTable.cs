using Node.Host.Tables;

namespace Node.Controller.State;

/// <summary>Rooms with their users and nodes, counted. Not thread-safe.</summary>
internal sealed class RoomTable
{
    private static readonly IReadOnlyDictionary<string, string> NoMetadata = new Dictionary<string, string>();

    private readonly Dictionary<int, IReadOnlyDictionary<string, string>> _metadata = [];
    private readonly SortedNames<RoomRow> _sorted;

    public RoomTable() => _sorted = new SortedNames<RoomRow>(Names);

    public NameTable<RoomRow> Names { get; } = new();

    /// <summary>
    /// A user with several connections, in a room; the value is how many of them are. Those with one, nearly all, are in a room by that one, and
    /// have no pair.
    /// </summary>
    public PairTable Users { get; } = new();

    /// <summary>A node with members of a room; the value is how many.</summary>
    public PairTable Nodes { get; } = new();

    /// <summary>The number of a room, which is new where it was not here.</summary>
    public int Add(string name, long sinceMs, out bool isNew)
    {
        int before = Names.Count;
        int room = Names.Add(name);
        isNew = Names.Count > before;
        if (isNew)
        {
            Names.Row(room).SinceMs = sinceMs;
            _sorted.Add(room);
        }

        return room;
    }

    /// <summary>Counts a connection in; true: it is the user's first.</summary>
    /// <param name="room">Which.</param>
    /// <param name="user">0: one who has no other connection.</param>
    /// <param name="node">Of the connection.</param>
    public bool Enter(int room, int user, int node)
    {
        ref RoomRow row = ref Names.Row(room);
        row.Members++;
        Count(Nodes, room, node, ref row.FirstNode);
        bool isFirst = user == 0 || Count(Users, room, user, ref row.FirstUser) == 1;
        row.Users += isFirst ? 1 : 0;
        return isFirst;
    }

    /// <summary>Counts a connection out; true: it was the user's last. The room stays, though it may be empty.</summary>
    /// <inheritdoc cref="Enter"/>
    public bool Leave(int room, int user, int node)
    {
        ref RoomRow row = ref Names.Row(room);
        row.Members--;
        Discount(Nodes, room, node, ref row.FirstNode);
        bool wasLast = user == 0 || Discount(Users, room, user, ref row.FirstUser) == 0;
        row.Users -= wasLast ? 1 : 0;
        return wasLast;
    }

    /// <summary>The user of a member has another connection now.</summary>
    public void CountUser(int room, int user) => Count(Users, room, user, ref Names.Row(room).FirstUser);

    /// <summary>The user of a member has no other connection any more.</summary>
    public void DiscountUser(int room, int user) => Discount(Users, room, user, ref Names.Row(room).FirstUser);

    public void Remove(int room)
    {
        _sorted.Remove(room);
        _metadata.Remove(room);
        Names.Remove(room);
    }

    public IReadOnlyDictionary<string, string> Metadata(int room) => _metadata.GetValueOrDefault(room, NoMetadata);

    public RoomRecord Record(int room) => new(Names.Text(room), Names.Row(room).SinceMs, Metadata(room));

    /// <summary>Makes a room what it was.</summary>
    public void Restore(int room, RoomRecord record)
    {
        Names.Row(room).SinceMs = record.SinceMs;
        SetMetadata(room, record.Metadata);
    }

    public void SetMetadata(int room, IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.Count > 0)
        {
            _metadata[room] = metadata;
        }
        else
        {
            _metadata.Remove(room);
        }
    }

    /// <inheritdoc cref="SortedNames{T}.From"/>
    public IEnumerable<int> From(byte[] name) => _sorted.From(name);

    private static int Count(PairTable pairs, int room, int other, ref int first)
    {
        int pair = pairs.Find(room, other);
        return ++pairs[pair == 0 ? pairs.Add(room, other, ref first) : pair].Value;
    }

    private static int Discount(PairTable pairs, int room, int other, ref int first)
    {
        int pair = pairs.Find(room, other);
        int left = --pairs[pair].Value;
        if (left == 0)
        {
            pairs.Remove(pair, ref first);
        }

        return left;
    }
}
