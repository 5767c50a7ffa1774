namespace Node.Hub;

/// <summary>
/// What is there, for operators: each question is posted to the loops that own the answer. Any thread. An answer is
/// a moment old when it comes.
/// </summary>
public sealed class HubView
{
    private const int VisitsPerTurn = 1024;

    private readonly Hub _hub;

    internal HubView(Hub hub) => _hub = hub;

    /// <summary>
    /// Rooms in the order of their names' bytes. Each loop looks at all rooms that it owns, some 10 ns a room, so a page of a
    /// million rooms holds each of four loops up for 3 ms.
    /// </summary>
    /// <param name="prefix">How their names begin.</param>
    /// <param name="after">Only names behind this one; empty for the first.</param>
    /// <param name="limit">At most so many.</param>
    public async Task<IReadOnlyList<RoomSummary>> ListRoomsAsync(string prefix, string after, int limit)
    {
        byte[] prefixBytes = Utf8Comparer.Bytes(prefix);
        byte[] afterBytes = Utf8Comparer.Bytes(after);
        RoomSelection[] selections = await Task.WhenAll(_hub.Buckets.Select(bucket => AskAsync(bucket, () =>
        {
            var selection = new RoomSelection(prefixBytes, afterBytes, limit);
            foreach (Room room in bucket.Rooms.Owned)
            {
                selection.Offer(room);
            }

            return selection;
        }))).ConfigureAwait(false);
        return RoomSelection.Merge(selections, limit);
    }

    /// <summary>Who is in a room: the counts, and so many of the users by name. Nobody is in a room that does not exist.</summary>
    public Task<RoomPresence> RoomAsync(string room, int maxUsers)
    {
        byte[] name = Utf8Comparer.Bytes(room);
        Bucket owner = _hub.OwnerOf(name);
        return AskAsync(owner, () => RoomPresence.Of(owner.Rooms.FindOwned(name), maxUsers));
    }

    /// <summary>A user's connections; none when it is offline.</summary>
    public async Task<IReadOnlyList<ConnectionState>> ConnectionsOfAsync(string user)
    {
        byte[] name = Utf8Comparer.Bytes(user);
        Bucket owner = _hub.OwnerOf(name);
        Channel[] channels = await AskAsync(owner, () => owner.Users.ChannelsOf(name).ToArray()).ConfigureAwait(false);

        // Their rooms belong to their own loops. Who has ended in between is left out.
        ConnectionState[][] parts = await Task.WhenAll(channels.GroupBy(channel => channel.Bucket).Select(part =>
            AskAsync(part.Key, () => part.Where(channel => channel.IsAlive).Select(ConnectionState.Of).ToArray())))
            .ConfigureAwait(false);
        return [.. parts.SelectMany(part => part).OrderBy(connection => connection.Generation)];
    }

    /// <summary>The connection of that name; null: it is gone, or was never here. Looks at every connection.</summary>
    public async Task<ConnectionState?> ConnectionAsync(string clientId)
    {
        ConnectionState? found = null;
        await VisitAsync((channel, _) =>
        {
            if (channel.ClientId == clientId)
            {
                found = ConnectionState.Of(channel);
            }
        }).ConfigureAwait(false);
        return found;
    }

    /// <summary>
    /// Calls for every named connection, on its loop, a thousand a turn: what changes meanwhile may or may not be seen. With a generation
    /// that is above those of the events that the connection has had, and below those to come.
    /// </summary>
    public Task VisitAsync(Action<Channel, ulong> visit) => Task.WhenAll(_hub.Buckets.Select(async bucket =>
    {
        for (int from = 0; from >= 0;)
        {
            int start = from;
            from = await AskAsync(bucket, () => Visit(bucket, start, visit)).ConfigureAwait(false);
        }
    }));

    /// <returns>Where to go on; -1: that was all.</returns>
    private static int Visit(Bucket bucket, int from, Action<Channel, ulong> visit)
    {
        int end = Math.Min(from + VisitsPerTurn, bucket.Loop.Slots);
        for (int slot = from; slot < end; slot++)
        {
            if (bucket.Loop.InSlot(slot)?.Handler is Channel { IsNamed: true, IsAlive: true } channel)
            {
                visit(channel, bucket.Hub.NextGeneration());
            }
        }

        return end < bucket.Loop.Slots ? end : -1;
    }

    /// <summary>Runs a question on a bucket's loop. What it throws comes back to who asked.</summary>
    internal static Task<T> AskAsync<T>(Bucket bucket, Func<T> question)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        bucket.Loop.Post(() =>
        {
            try
            {
                answer.SetResult(question());
            }
            catch (Exception exception)
            {
                answer.SetException(exception);
            }
        });
        return answer.Task;
    }
}
