namespace Node.Controller.State;

/// <summary>
/// What a node's change does to the tables: a stale one changes nothing, and in a snapshot only confirms what is there. Not
/// thread-safe.
/// </summary>
internal sealed class ChangeRules(Memberships members)
{
    /// <summary>
    /// Numbers of gone connections that a node's entry remembers. A stream is in order, so a change can come late only by what one
    /// node holds unsent on all its loops together; the sequence of batches keeps anything older out.
    /// </summary>
    private const int MostGone = 1024;

    public void Apply(NodeEntry node, in Change change)
    {
        int connection = members.Connections.Find(node.Slot, change.Connection);
        if (connection == 0)
        {
            if (change.Kind == ChangeKind.Connected)
            {
                connection = members.Connect(node, change.Connection, change.Name, change.AtMs);
                members.Connections[connection].Generation = change.Generation;
            }

            return;
        }

        ref ConnectionRow row = ref members.Connections[connection];
        if (row.User == 0)
        {
            return;
        }

        bool isStale = change.Generation < row.Generation;
        row.Generation = Math.Max(row.Generation, change.Generation);
        if (change.Kind == ChangeKind.Connected)
        {
            row.Mark = node.Mark;
        }
        else if (!isStale)
        {
            ApplyFresh(node, connection, change);
        }
        else if (change.Kind == ChangeKind.Joined)
        {
            members.Confirm(node, connection, change.Name);
        }
    }

    /// <summary>Takes a connection that is there away, and remembers its number for a while.</summary>
    public void Drop(NodeEntry node, int connection)
    {
        members.Disconnect(node, connection);
        node.Gone.Enqueue(connection);
        if (node.Gone.Count > MostGone)
        {
            members.Connections.Forget(node.Gone.Dequeue());
        }
    }

    private void ApplyFresh(NodeEntry node, int connection, in Change change)
    {
        switch (change.Kind)
        {
            case ChangeKind.Joined:
                members.Join(node, connection, change.Name, change.AtMs);
                break;
            case ChangeKind.Left:
                members.Leave(node, connection, change.Name);
                break;
            default:
                Drop(node, connection);
                break;
        }
    }
}
