using System.Runtime.InteropServices;
using Node.Transport;

namespace Node.Hub;

/// <summary>One bucket's members of a room. It exists while there are some. Loop thread only.</summary>
internal sealed class RoomPart(Room room)
{
    // Connections, not channels: a fan-out looks at nothing else (Connection.Tag).
    private readonly List<Connection> _members = new(1);

    public Room Room { get; } = room;

    public int Count => _members.Count;

    public ReadOnlySpan<Connection> Members => CollectionsMarshal.AsSpan(_members);

    public void Add(Channel channel)
    {
        channel.Rooms.Add(this, _members.Count);
        _members.Add(channel.Connection);
    }

    /// <returns>False when the channel is no member.</returns>
    public bool Remove(Channel channel)
    {
        int place = channel.Rooms.Remove(this);
        if (place < 0)
        {
            return false;
        }

        Connection last = _members[^1];
        _members.RemoveAt(_members.Count - 1);
        if (!ReferenceEquals(last, channel.Connection))
        {
            _members[place] = last;
            ((Channel)last.Handler).Rooms.Move(this, place);
        }

        return true;
    }
}
