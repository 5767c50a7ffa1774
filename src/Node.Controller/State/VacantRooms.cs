using System.Diagnostics.CodeAnalysis;

namespace Node.Controller.State;

/// <summary>
/// Rooms with metadata whose last connection has ended: those who come back after a restart or a broken line find the room as it was. Bounded in
/// number, and in time by its owner. Not thread-safe.
/// </summary>
internal sealed class VacantRooms
{
    // Beyond it a room is forgotten at once, as one without metadata is.
    private const int Most = 100_000;

    private readonly Dictionary<string, (RoomRecord Record, long VacantMs)> _rooms = new(StringComparer.Ordinal);

    public void Keep(RoomRecord record, long nowMs)
    {
        if (record.Metadata.Count > 0 && _rooms.Count < Most)
        {
            _rooms[record.Room] = (record, nowMs);
        }
    }

    /// <summary>Null: it is not here.</summary>
    public RoomRecord? Find(string name) => _rooms.GetValueOrDefault(name).Record;

    /// <summary>Somebody is in it again.</summary>
    public bool Take(string name, [NotNullWhen(true)] out RoomRecord? record)
    {
        bool isThere = _rooms.Remove(name, out (RoomRecord Record, long VacantMs) entry);
        record = entry.Record;
        return isThere;
    }

    public string[] Names() => [.. _rooms.Keys];

    /// <summary>Forgets those that were vacated before a time, and says which.</summary>
    public string[] Forget(long beforeMs)
    {
        string[] old = [.. _rooms.Where(room => room.Value.VacantMs < beforeMs).Select(room => room.Key)];
        foreach (string name in old)
        {
            _rooms.Remove(name);
        }

        return old;
    }
}
