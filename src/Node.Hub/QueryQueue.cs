namespace Node.Hub;

/// <summary>
/// Members' questions whose answers are large, for one bucket: a few are answered a turn, in the order of asking, so that a flood of
/// short questions with long answers does not hold up the loop. Loop thread only.
/// </summary>
internal sealed class QueryQueue(Bucket bucket)
{
    /// <summary>Of one channel; beyond it error 106.</summary>
    public const int MaxPerChannel = 16;

    private const int PerTurn = 4;

    private readonly Queue<RoomQuery> _waiting = new();

    /// <returns>False when too many of this channel wait already.</returns>
    public bool TryAdd(RoomQuery query)
    {
        if (query.Channel.QueriesPending >= MaxPerChannel)
        {
            return false;
        }

        query.Channel.QueriesPending++;
        _waiting.Enqueue(query);
        if (_waiting.Count == 1)
        {
            bucket.Loop.Post(RunPosted, this);
        }

        return true;
    }

    private static void RunPosted(object? state) => ((QueryQueue)state!).Run();

    private void Run()
    {
        for (int i = 0; i < PerTurn && _waiting.TryDequeue(out RoomQuery? query); i++)
        {
            query.Channel.QueriesPending--;
            query.Begin();
        }

        if (_waiting.Count > 0)
        {
            bucket.Loop.Post(RunPosted, this);
        }
    }
}
