using Node.Controller.State;

namespace Node.Controller.Stores;

/// <summary>Makes batches out of names and the state as it is now.</summary>
internal sealed class BatchMaker(ControllerState state)
{
    // Records that are read under the state's lock at a time.
    private const int Slice = 256;

    /// <summary>What these things are now: held where they are there, forgotten where not.</summary>
    public StoreBatch Latest(List<string> nodes, List<ConnectionKey> connections, List<string> rooms)
    {
        StoreBatch batch = new();
        InSlices(nodes, (queries, node) => Sort(node, queries.Node(node), batch.Nodes, batch.GoneNodes));
        InSlices(connections, (queries, key) => Sort(key, queries.Connection(key), batch.Connections, batch.GoneConnections));
        InSlices(rooms, (queries, room) => Sort(room, queries.RoomRecord(room), batch.Rooms, batch.GoneRooms));
        return batch;
    }

    /// <summary>Of what a store remembers, what is to be forgotten.</summary>
    public StoreBatch Stale(StoreBatch stored)
    {
        StoreBatch latest = Latest(
            [.. stored.Nodes.Select(node => node.Id)], [.. stored.Connections.Select(connection => connection.Key)],
            [.. stored.Rooms.Select(room => room.Room)]);
        latest.Nodes.Clear();
        latest.Connections.Clear();
        latest.Rooms.Clear();
        return latest;
    }

    /// <summary>Everything there is, in batches of about this many.</summary>
    public IEnumerable<StoreBatch> Everything(int size)
    {
        yield return Latest([.. state.Ask(queries => queries.Nodes()).Select(node => node.Announced.Id)], [], []);
        int at = 1;
        while (at != 0)
        {
            List<ConnectionKey> keys = [];
            at = state.Ask(queries => queries.Walk(at, size, keys));
            yield return Latest([], keys, []);
        }

        yield return Latest([], [], [.. state.Ask(queries => queries.VacantRooms())]);
        string after = "";
        do
        {
            RoomPage page = state.Ask(queries => queries.Rooms("", after, size));
            yield return Latest([], [], [.. page.Rooms.Select(room => room.Room)]);
            after = page.Next;
        }
        while (after.Length > 0);
    }

    private static void Sort<TKey, TRecord>(TKey key, TRecord? record, List<TRecord> there, List<TKey> gone)
        where TRecord : class
    {
        if (record is null)
        {
            gone.Add(key);
        }
        else
        {
            there.Add(record);
        }
    }

    private void InSlices<T>(List<T> items, Action<StateQueries, T> look)
    {
        for (int from = 0; from < items.Count; from += Slice)
        {
            int to = Math.Min(from + Slice, items.Count);
            state.Ask(queries =>
            {
                for (int i = from; i < to; i++)
                {
                    look(queries, items[i]);
                }

                return true;
            });
        }
    }
}
