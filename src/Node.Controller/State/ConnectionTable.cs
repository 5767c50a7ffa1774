using System.Runtime.InteropServices;
using Node.Host.Tables;

namespace Node.Controller.State;

/// <summary>Connections: found by node and number, listed by node and by user. Not thread-safe.</summary>
internal sealed class ConnectionTable
{
    private readonly HashedTable<ConnectionRow> _rows = new();

    /// <summary>Connections of a user to a node, by the node's slot. Only of users that have several: nearly all have one, and cost nothing here.</summary>
    private readonly Dictionary<(int Node, int User), int> _ofUserAtNode = [];

    /// <summary>Above every connection there is.</summary>
    public int End => _rows.End;

    public ref ConnectionRow this[int connection] => ref _rows[connection];

    public NameTable<UserRow> Users { get; } = new();

    /// <summary>0 when there is none. One that has gone may be found: see <see cref="ConnectionRow.User"/>.</summary>
    public int Find(int node, ulong number)
    {
        int connection = _rows.First(ConnectionRow.HashOf(node, number));
        while (connection != 0 && (_rows[connection].Number != number || _rows[connection].Node != node))
        {
            connection = _rows[connection].Next;
        }

        return connection;
    }

    public int Add(NodeEntry node, ulong number, string user, long sinceMs)
    {
        int id = Users.Add(user);
        if (OnlyOf(id) is var only and not 0)
        {
            _ofUserAtNode[(_rows[only].Node, id)] = 1;
        }

        int connection = _rows.Add(new ConnectionRow
        {
            Node = node.Slot, Number = number, User = id, SinceMs = sinceMs, Mark = node.Mark,
        });
        ref ConnectionRow row = ref _rows[connection];
        ref int firstOfUser = ref Users.Row(row.User).FirstConnection;
        (row.NextOfNode, row.NextOfUser) = (node.FirstConnection, firstOfUser);
        if (row.NextOfNode != 0)
        {
            _rows[row.NextOfNode].PreviousOfNode = connection;
        }

        if (row.NextOfUser != 0)
        {
            _rows[row.NextOfUser].PreviousOfUser = connection;
        }

        (node.FirstConnection, firstOfUser) = (connection, connection);
        node.Connections++;
        CountUser(node, row);
        return connection;
    }

    /// <summary>Takes a connection, which has left its rooms, out of its lists; the number stays until it is forgotten.</summary>
    public void Retire(NodeEntry node, int connection)
    {
        ref ConnectionRow row = ref _rows[connection];
        (int user, bool wasAlone) = (row.User, row.IsAlone);
        DiscountUser(node, row);
        UnlinkFromNode(node, ref row);
        UnlinkFromUser(ref row);
        if (!wasAlone && OnlyOf(user) is var only and not 0)
        {
            _ofUserAtNode.Remove((_rows[only].Node, user));
        }

        row.User = 0;
        node.Connections--;
    }

    /// <summary>Removes a retired connection for good.</summary>
    public void Forget(int connection) => _rows.Remove(connection);

    /// <summary>The only connection of a user; 0: it has none, or several.</summary>
    public int OnlyOf(int user)
    {
        int first = user == 0 ? 0 : Users.Row(user).FirstConnection;
        return first != 0 && _rows[first].NextOfUser == 0 ? first : 0;
    }

    private void CountUser(NodeEntry node, in ConnectionRow row)
    {
        int here = 1;
        if (!row.IsAlone)
        {
            here = ++CollectionsMarshal.GetValueRefOrAddDefault(_ofUserAtNode, (node.Slot, row.User), out _);
        }

        node.Users += here == 1 ? 1 : 0;
    }

    private void DiscountUser(NodeEntry node, in ConnectionRow row)
    {
        int here = 0;
        if (!row.IsAlone)
        {
            here = --CollectionsMarshal.GetValueRefOrAddDefault(_ofUserAtNode, (node.Slot, row.User), out _);
        }

        if (here == 0)
        {
            _ofUserAtNode.Remove((node.Slot, row.User));
            node.Users--;
        }
    }

    private void UnlinkFromNode(NodeEntry node, ref ConnectionRow row)
    {
        if (row.PreviousOfNode != 0)
        {
            _rows[row.PreviousOfNode].NextOfNode = row.NextOfNode;
        }
        else
        {
            node.FirstConnection = row.NextOfNode;
        }

        if (row.NextOfNode != 0)
        {
            _rows[row.NextOfNode].PreviousOfNode = row.PreviousOfNode;
        }
    }

    private void UnlinkFromUser(ref ConnectionRow row)
    {
        if (row.PreviousOfUser != 0)
        {
            _rows[row.PreviousOfUser].NextOfUser = row.NextOfUser;
        }
        else
        {
            Users.Row(row.User).FirstConnection = row.NextOfUser;
        }

        if (row.NextOfUser != 0)
        {
            _rows[row.NextOfUser].PreviousOfUser = row.PreviousOfUser;
        }

        if (Users.Row(row.User).FirstConnection == 0)
        {
            Users.Remove(row.User);
        }
    }
}
