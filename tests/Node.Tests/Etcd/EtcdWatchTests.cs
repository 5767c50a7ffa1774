using Node.Rpc.Etcd;
using Node.Tests.Support;
using Node.Tests.Transport;

namespace Node.Tests.Etcd;

/// <summary>Watches of a real etcd that is killed, frozen, compacted and emptied.</summary>
public sealed class EtcdWatchTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _stop = new(EtcdServer.Patience);
    private EtcdServer _server = null!;
    private EtcdClient _etcd = null!;
    private TcpLink _link = null!;
    private EtcdClient _far = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await EtcdServer.StartAsync();
        _etcd = _server.Client();
        _link = new TcpLink(_server.Address);
        _far = _server.Client(_link.Endpoint);
    }

    public async ValueTask DisposeAsync()
    {
        _stop.Dispose();
        if (_server is not null)
        {
            _etcd.Dispose();
            _far.Dispose();
            await _link.DisposeAsync();
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task First_comes_what_is_there_then_each_change_in_order()
    {
        await PutAsync("w/b", "1");
        long then = await PutAsync("w/a", "1");
        await PutAsync("x", "1");
        using EtcdWatch watch = new(_etcd, "w/", _stop.Token);
        Assert.NotNull(watch.StaleSince);
        EtcdBatch first = await watch.NextAsync();
        Assert.Equal((EtcdRestart.First, then + 1), (first.Restart, first.Revision));
        Assert.Equal(["w/b=1", "w/a=1"], Told(first.Changes));
        Assert.Null(watch.StaleSince);
        await PutAsync("w/a", "2");
        await _etcd.DeleteAsync("w/b");
        await _etcd.TxnAsync(new EtcdTxn().Put("w/c", "3"u8.ToArray()).Put("y", default).Delete("w/a"));
        List<EtcdChange> changes = await watch.FollowAsync(4);
        Assert.Equal(["w/a=2", "-w/b", "w/c=3", "-w/a"], Told(changes));
        Assert.Equal([then + 2, then + 3, then + 4, then + 4], changes.Select(change => change.Entry.ModRevision));
    }

    [Fact]
    public async Task Nothing_is_lost_or_told_twice_across_a_killed_etcd()
    {
        using EtcdWatch watch = new(_etcd, "w/", _stop.Token);
        await watch.NextAsync();
        await PutManyAsync(0, 150);
        List<EtcdChange> changes = await watch.FollowAsync(50);
        Task<List<EtcdChange>> rest = watch.FollowAsync(300 - changes.Count);
        await _server.KillAsync();
        await TestServer.UntilAsync(() => watch.StaleSince is not null);
        Assert.NotNull(watch.Problem);
        await _server.StartAgainAsync();
        await PutManyAsync(150, 300);
        changes.AddRange(await rest);
        Assert.Equal(Enumerable.Range(0, 300).Select(i => $"w/{i}={i}"), Told(changes));
        Assert.Null(watch.StaleSince);
    }

    [Fact]
    public async Task What_happens_while_the_way_is_cut_is_told_after_even_what_undoes_itself()
    {
        using EtcdWatch watch = new(_far, "w/", _stop.Token);
        await watch.NextAsync();
        await PutAsync("w/a", "1");
        await watch.FollowAsync(1);
        Task<List<EtcdChange>> next = watch.FollowAsync(4);
        _link.Cut();
        await PutAsync("w/a", "2");
        await PutAsync("w/b", "1");
        await _etcd.DeleteAsync("w/b");
        _link.Mend();
        await PutAsync("w/c", "1");
        Assert.Equal(["w/a=2", "w/b=1", "-w/b", "w/c=1"], Told(await next));
    }

    [Fact]
    public async Task After_a_compaction_it_starts_over_and_tells_the_difference()
    {
        await PutAsync("w/stays", "1");
        await PutAsync("w/changes", "1");
        await PutAsync("w/goes", "1");
        using EtcdWatch watch = new(_far, "w/", _stop.Token);
        await watch.NextAsync();
        Task<EtcdBatch> next = watch.NextChangesAsync();
        _link.Cut();
        await TestServer.UntilAsync(() => watch.StaleSince is not null);
        await PutAsync("w/changes", "2");
        await PutAsync("w/comes and goes", "1");
        await _etcd.DeleteAsync("w/comes and goes");
        await _etcd.DeleteAsync("w/goes");
        long last = await PutAsync("w/comes", "1");
        await _etcd.CompactAsync(last);
        _link.Mend();
        EtcdBatch difference = await next;
        Assert.Equal((EtcdRestart.Compacted, last), (difference.Restart, difference.Revision));
        Assert.Equal(["-w/goes", "w/changes=2", "w/comes=1"], Told(difference.Changes));
        await PutAsync("w/changes", "3");
        Assert.Equal(["w/changes=3"], Told(await watch.FollowAsync(1)));
    }

    [Fact]
    public async Task A_compaction_of_what_does_not_concern_it_costs_nothing()
    {
        using EtcdWatch watch = new(_far, "w/", _stop.Token);
        await watch.NextAsync();
        Task<List<EtcdChange>> next = watch.FollowAsync(1);
        // etcd says now and then how far there is nothing to tell (here: five times a second).
        long noise = await PutAsync("x", "1");
        await TestServer.UntilAsync(() => watch.Revision >= noise);
        _link.Cut();
        await TestServer.UntilAsync(() => watch.StaleSince is not null);
        await _etcd.CompactAsync(noise);
        await PutAsync("w/a", "1");
        _link.Mend();
        Assert.Equal(["w/a=1"], Told(await next));
    }

    [Fact]
    public async Task A_frozen_etcd_is_noticed_and_followed_again()
    {
        using EtcdWatch watch = new(_etcd, "w/", _stop.Token);
        await watch.NextAsync();
        Task<EtcdBatch> next = watch.NextAsync();
        await _server.FreezeAsync();
        await TestServer.UntilAsync(() => watch.StaleSince is not null);
        await _server.ThawAsync();
        EtcdBatch back = await next;
        Assert.Empty(back.Changes);
        Assert.True(back.Away > _etcd.Options.ProbeTimeout);
        await PutAsync("w/a", "1");
        Assert.Equal(["w/a=1"], Told(await watch.FollowAsync(1)));
    }

    [Fact]
    public async Task An_emptied_etcd_is_another_store()
    {
        await PutAsync("w/a", "1");
        await PutAsync("w/b", "1");
        using EtcdWatch watch = new(_etcd, "w/", _stop.Token);
        await watch.NextAsync();
        Task<EtcdBatch> next = watch.NextChangesAsync();
        await _server.WipeAsync();
        EtcdBatch difference = await next;
        Assert.Equal((EtcdRestart.OtherStore, 1L), (difference.Restart, difference.Revision));
        Assert.Equal(["-w/a", "-w/b"], Told(difference.Changes).Order());
        await PutAsync("w/a", "2");
        Assert.Equal(["w/a=2"], Told(await watch.FollowAsync(1)));
    }

    [Fact]
    public async Task A_store_that_is_another_but_has_come_further_is_told_apart_by_what_it_says_of_the_past()
    {
        await PutAsync("w/a", "1");
        using EtcdWatch watch = new(_far, "w/", _stop.Token);
        await watch.NextAsync();
        Task<EtcdBatch> next = watch.NextChangesAsync();
        _link.Cut();
        await TestServer.UntilAsync(() => watch.StaleSince is not null);
        await _server.WipeAsync();
        await PutAsync("x", "1");
        await PutAsync("w/b", "1");
        await PutAsync("w/b", "2");
        _link.Mend();
        EtcdBatch difference = await next;
        Assert.Equal(EtcdRestart.OtherStore, difference.Restart);
        Assert.Equal(["-w/a", "w/b=2"], Told(difference.Changes));
    }

    [Fact]
    public async Task What_is_large_comes_in_parts_and_is_told_whole()
    {
        byte[] large = new byte[1_000_000];
        using EtcdWatch watch = new(_etcd, "w/", _stop.Token);
        await watch.NextAsync();
        for (int i = 0; i < 12; i++)
        {
            large[0] = (byte)i;
            await _etcd.PutAsync($"w/{i}", large);
        }

        List<EtcdChange> changes = await watch.FollowAsync(12);
        Assert.Equal(Enumerable.Range(0, 12), changes.Select(change => (int)change.Entry.Value.Span[0]));
        Assert.All(changes, change => Assert.Equal(large.Length, change.Entry.Value.Length));
    }

    [Fact]
    public async Task A_stopped_watch_ends_at_once()
    {
        using CancellationTokenSource stop = new();
        using EtcdWatch watch = new(_etcd, "w/", stop.Token);
        await watch.NextAsync();
        Task<EtcdBatch> next = watch.NextAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(EtcdServer.Patience));
    }

    private static IEnumerable<string> Told(IEnumerable<EtcdChange> changes) =>
        changes.Select(change => change.IsDeleted ? "-" + change.Entry.Key : $"{change.Entry.Key}={change.Entry.Text}");

    private Task<long> PutAsync(string key, string value) => _etcd.PutAsync(key, System.Text.Encoding.UTF8.GetBytes(value));

    private async Task PutManyAsync(int from, int until)
    {
        for (int i = from; i < until; i++)
        {
            await PutAsync($"w/{i}", $"{i}");
        }
    }
}
