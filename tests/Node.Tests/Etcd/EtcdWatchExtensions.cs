using Node.Rpc.Etcd;

namespace Node.Tests.Etcd;

internal static class EtcdWatchExtensions
{
    /// <summary>The next batch that tells of changes.</summary>
    public static async Task<EtcdBatch> NextChangesAsync(this EtcdWatch watch)
    {
        while (true)
        {
            EtcdBatch batch = await watch.NextAsync();
            if (batch.Changes.Count > 0)
            {
                return batch;
            }
        }
    }

    /// <summary>So many changes, out of as many batches as it takes; none of which compares.</summary>
    public static async Task<List<EtcdChange>> FollowAsync(this EtcdWatch watch, int count)
    {
        List<EtcdChange> changes = [];
        while (changes.Count < count)
        {
            EtcdBatch batch = await watch.NextAsync();
            Assert.Equal(EtcdRestart.None, batch.Restart);
            changes.AddRange(batch.Changes);
        }

        return changes;
    }
}
