using Node.Host.Tables;

namespace Node.Controller.State;

/// <summary>Connections in rooms: found by both, listed by either. Not thread-safe.</summary>
internal sealed class MemberTable
{
    private readonly HashedTable<MemberRow> _rows = new();

    public int Count => _rows.Count;

    public ref MemberRow this[int member] => ref _rows[member];

    /// <summary>0 when the connection is not in the room.</summary>
    public int Find(int connection, int room)
    {
        int member = _rows.First(MemberRow.HashOf(connection, room));
        while (member != 0 && (_rows[member].Connection != connection || _rows[member].Room != room))
        {
            member = _rows[member].Next;
        }

        return member;
    }

    /// <summary>Adds a connection to a room that it is not in.</summary>
    /// <param name="connection">Of the connection's row.</param>
    /// <param name="room">Of the room's.</param>
    /// <param name="firstRoom">Where the connection's list begins.</param>
    /// <param name="firstMember">Where the room's list begins.</param>
    public int Add(int connection, int room, ref int firstRoom, ref int firstMember)
    {
        int member = _rows.Add(new MemberRow { Connection = connection, Room = room, NextOfConnection = firstRoom, NextOfRoom = firstMember });
        if (firstRoom != 0)
        {
            _rows[firstRoom].PreviousOfConnection = member;
        }

        if (firstMember != 0)
        {
            _rows[firstMember].PreviousOfRoom = member;
        }

        (firstRoom, firstMember) = (member, member);
        return member;
    }

    public void Remove(int member, ref int firstRoom, ref int firstMember)
    {
        MemberRow gone = _rows[member];
        (gone.PreviousOfConnection != 0 ? ref _rows[gone.PreviousOfConnection].NextOfConnection : ref firstRoom) = gone.NextOfConnection;
        (gone.PreviousOfRoom != 0 ? ref _rows[gone.PreviousOfRoom].NextOfRoom : ref firstMember) = gone.NextOfRoom;
        if (gone.NextOfConnection != 0)
        {
            _rows[gone.NextOfConnection].PreviousOfConnection = gone.PreviousOfConnection;
        }

        if (gone.NextOfRoom != 0)
        {
            _rows[gone.NextOfRoom].PreviousOfRoom = gone.PreviousOfRoom;
        }

        _rows.Remove(member);
    }
}
