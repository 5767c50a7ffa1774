namespace Node.Hub;

/// <summary>The first rooms, by the order of their names, out of one loop's. Filled on that loop, then read by one thread.</summary>
internal sealed class RoomSelection(byte[] prefix, byte[] after, int limit)
{
    // The name that is furthest back comes out first: it makes room for a better one.
    private readonly PriorityQueue<RoomSummary, byte[]> _chosen =
        new(Comparer<byte[]>.Create((left, right) => right.AsSpan().SequenceCompareTo(left)));

    public void Offer(Room room)
    {
        byte[] name = room.Name;
        if (!name.AsSpan().StartsWith(prefix) || name.AsSpan().SequenceCompareTo(after) <= 0)
        {
            return;
        }

        if (_chosen.Count < limit)
        {
            _chosen.Enqueue(RoomSummary.Of(room), name);
        }
        else if (_chosen.TryPeek(out _, out byte[]? last) && name.AsSpan().SequenceCompareTo(last) < 0)
        {
            _chosen.DequeueEnqueue(RoomSummary.Of(room), name);
        }
    }

    public static IReadOnlyList<RoomSummary> Merge(IEnumerable<RoomSelection> selections, int limit) =>
    [
        .. selections.SelectMany(selection => selection._chosen.UnorderedItems)
            .OrderBy(item => item.Priority, Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right)))
            .Take(limit)
            .Select(item => item.Element),
    ];
}
