namespace Node.Hub;

/// <summary>
/// A broadcast that goes through one bucket's connections at a rate, a few a turn. Whoever comes while it is under way gets it where the slot
/// has not been passed yet.
/// </summary>
internal static class PacedBroadcast
{
    private const int TurnMs = 50;

    /// <summary>Begins it; the envelope is the broadcast's until it is through. On the bucket's loop.</summary>
    /// <param name="bucket">Whose connections.</param>
    /// <param name="envelope">The message, with a reference of its own.</param>
    /// <param name="perSecond">Deliveries; at least 1.</param>
    public static void Start(Bucket bucket, Envelope envelope, int perSecond) => _ = RunAsync(bucket, envelope, perSecond);

    private static async Task RunAsync(Bucket bucket, Envelope envelope, int perSecond)
    {
        try
        {
            double due = 0;
            for (int slot = 0; slot >= 0;)
            {
                due += perSecond * (TurnMs / 1000.0);
                (int start, int most) = (slot, (int)due);
                due -= most;
                if (most > 0)
                {
                    slot = await HubView.AskAsync(bucket, () => bucket.BroadcastSome(envelope, start, most)).ConfigureAwait(false);
                }

                await Task.Delay(TimeSpan.FromMilliseconds(TurnMs), bucket.Hub.Time).ConfigureAwait(false);
            }
        }
        finally
        {
            envelope.Release();
        }
    }
}
