namespace Node.Controller.State;

/// <summary>
/// Who is connected where and in which rooms: every change of the tables goes through here, and is told to the observer. Not thread-safe.
/// </summary>
internal sealed class Memberships(IStateObserver observer, TimeProvider time)
{
    public ConnectionTable Connections { get; } = new();

    public RoomTable Rooms { get; } = new();

    public VacantRooms Vacant { get; } = new();

    public MemberTable Members { get; } = new();

    public int Connect(NodeEntry node, ulong number, string user, long sinceMs)
    {
        // Whoever has one connection is not counted in its rooms; from the second on, it is.
        int only = Connections.OnlyOf(Connections.Users.Find(user));
        for (int member = only == 0 ? 0 : Connections[only].FirstRoom; member != 0; member = Members[member].NextOfConnection)
        {
            Rooms.CountUser(Members[member].Room, Connections[only].User);
        }

        int connection = Connections.Add(node, number, user, sinceMs);
        observer.ConnectionChanged(new ConnectionKey(node.Id, number));
        return connection;
    }

    /// <summary>Takes a connection out of its rooms and lists. Its row stays, retired.</summary>
    public void Disconnect(NodeEntry node, int connection)
    {
        ref ConnectionRow row = ref Connections[connection];
        while (row.FirstRoom != 0)
        {
            Remove(node, ref row, row.FirstRoom, mayComeBack: true);
        }

        (int user, bool wasAlone) = (row.User, row.IsAlone);
        Connections.Retire(node, connection);
        int only = wasAlone ? 0 : Connections.OnlyOf(user);
        for (int member = only == 0 ? 0 : Connections[only].FirstRoom; member != 0; member = Members[member].NextOfConnection)
        {
            Rooms.DiscountUser(Members[member].Room, user);
        }

        observer.ConnectionChanged(new ConnectionKey(node.Id, row.Number));
    }

    /// <summary>Makes a connection a member, or confirms that it is one.</summary>
    public void Join(NodeEntry node, int connection, string name, long atMs)
    {
        ref ConnectionRow row = ref Connections[connection];
        int room = Rooms.Add(name, atMs, out bool isNew);
        if (isNew && Vacant.Take(name, out RoomRecord? record))
        {
            Rooms.Restore(room, record);
        }

        int member = isNew ? 0 : Members.Find(connection, room);
        if (member == 0)
        {
            member = Members.Add(connection, room, ref row.FirstRoom, ref Rooms.Names.Row(room).FirstMember);
            if (Rooms.Enter(room, row.IsAlone ? 0 : row.User, node.Slot))
            {
                Tell(room, row.User, joined: true);
            }

            observer.ConnectionChanged(new ConnectionKey(node.Id, row.Number));
        }

        Members[member].Mark = node.Mark;
        if (isNew)
        {
            observer.RoomChanged(name);
        }
    }

    /// <summary>Takes a connection out of a room; does nothing where it is in none of that name.</summary>
    public void Leave(NodeEntry node, int connection, string name)
    {
        ref ConnectionRow row = ref Connections[connection];
        if (Rooms.Names.Find(name) is var room and not 0 && Members.Find(connection, room) is var member and not 0)
        {
            Remove(node, ref row, member, mayComeBack: false);
            observer.ConnectionChanged(new ConnectionKey(node.Id, row.Number));
        }
    }

    /// <summary>Says that a snapshot repeats a membership, where there is one.</summary>
    public void Confirm(NodeEntry node, int connection, string name)
    {
        if (Rooms.Names.Find(name) is var room and not 0 && Members.Find(connection, room) is var member and not 0)
        {
            Members[member].Mark = node.Mark;
        }
    }

    /// <summary>Takes a connection out of the rooms that the node's latest snapshot has not repeated.</summary>
    public void LeaveUnconfirmed(NodeEntry node, int connection)
    {
        ref ConnectionRow row = ref Connections[connection];
        bool changed = false;
        int member = row.FirstRoom;
        while (member != 0)
        {
            int next = Members[member].NextOfConnection;
            if (Members[member].Mark != node.Mark)
            {
                Remove(node, ref row, member, mayComeBack: false);
                changed = true;
            }

            member = next;
        }

        if (changed)
        {
            observer.ConnectionChanged(new ConnectionKey(node.Id, row.Number));
        }
    }

    private void Remove(NodeEntry node, ref ConnectionRow row, int member, bool mayComeBack)
    {
        int room = Members[member].Room;
        Members.Remove(member, ref row.FirstRoom, ref Rooms.Names.Row(room).FirstMember);
        if (Rooms.Leave(room, row.IsAlone ? 0 : row.User, node.Slot))
        {
            Tell(room, row.User, joined: false);
        }

        if (Rooms.Names.Row(room).Members == 0)
        {
            string name = Rooms.Names.Text(room);
            if (mayComeBack)
            {
                Vacant.Keep(Rooms.Record(room), time.GetUtcNow().ToUnixTimeMilliseconds());
            }

            Rooms.Remove(room);
            observer.RoomChanged(name);
        }
    }

    private void Tell(int room, int user, bool joined)
    {
        if (observer.WantsPresence)
        {
            int members = Rooms.Names.Row(room).Members;
            observer.Presence(new PresenceTransition(Rooms.Names.Text(room), Connections.Users.Text(user), joined, members));
        }
    }
}
