using System.Runtime.InteropServices;

namespace Node.Hub;

/// <summary>One bucket's members of a room. It exists while there are some. Loop thread only.</summary>
internal sealed class RoomPart(Room room)
{
    private readonly List<Channel> _members = new(1);

    public Room Room { get; } = room;

    public int Count => _members.Count;

    public ReadOnlySpan<Channel> Members => CollectionsMarshal.AsSpan(_members);

    public void Add(Channel channel)
    {
        channel.Rooms.Add(this, _members.Count);
        _members.Add(channel);
    }

    /// <returns>False when the channel is no member.</returns>
    public bool Remove(Channel channel)
    {
        int place = channel.Rooms.Remove(this);
        if (place < 0)
        {
            return false;
        }

        Channel last = _members[^1];
        _members.RemoveAt(_members.Count - 1);
        if (!ReferenceEquals(last, channel))
        {
            _members[place] = last;
            last.Rooms.Move(this, place);
        }

        return true;
    }
}
