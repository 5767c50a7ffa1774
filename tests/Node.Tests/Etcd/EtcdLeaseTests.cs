using System.Globalization;
using Node.Rpc.Etcd;
using Node.Tests.Support;

namespace Node.Tests.Etcd;

/// <summary>Leases of a real etcd that is healthy, killed, frozen, or behind a broken network.</summary>
public sealed class EtcdLeaseTests : IAsyncLifetime
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    private EtcdServer _server = null!;
    private EtcdClient _etcd = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await EtcdServer.StartAsync();
        _etcd = _server.Client();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            _etcd.Dispose();
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_key_stays_as_long_as_its_lease_is_kept_alive_and_goes_with_it()
    {
        await using EtcdLease lease = await EtcdLease.GrantAsync(_etcd, Short);
        await _etcd.PutAsync("kept", default, lease.Id);
        await TimePassesAsync(3);
        Assert.NotNull(await _etcd.GetAsync("kept"));
        Assert.True(lease.IsAlive);
        await lease.DisposeAsync();
        Assert.Null(await _etcd.GetAsync("kept"));
        Assert.False(lease.IsAlive);
    }

    [Fact]
    public async Task A_lease_that_etcd_has_no_more_is_lost()
    {
        await using EtcdLease lease = await EtcdLease.GrantAsync(_etcd, Short);
        await _server.AskAsync("/v3/lease/revoke", new { ID = $"{lease.Id}" });
        await LostAsync(lease);
        Assert.False(lease.IsAlive);
    }

    [Fact]
    public async Task A_lease_that_cannot_be_renewed_is_lost_here_before_it_is_there()
    {
        await using TcpLink link = new(_server.Address);
        using EtcdClient far = _server.Client(link.Endpoint);
        EtcdLease lease = await EtcdLease.GrantAsync(far, Short);
        await _etcd.PutAsync("a", default, lease.Id);
        using CancellationTokenSource stop = new(EtcdServer.Patience);
        using EtcdWatch watch = new(_etcd, "a", stop.Token);
        await watch.NextAsync();
        link.Freeze();
        Assert.True((await watch.NextChangesAsync()).Changes[0].IsDeleted);
        Assert.False(lease.IsAlive);
        await LostAsync(lease);
        await lease.DisposeAsync();
    }

    [Fact]
    public async Task A_lease_survives_broken_connections_and_a_killed_etcd()
    {
        await using TcpLink link = new(_server.Address);
        using EtcdClient far = _server.Client(link.Endpoint);
        await using EtcdLease lease = await EtcdLease.GrantAsync(far, TimeSpan.FromSeconds(5));
        await far.PutAsync("a", default, lease.Id);
        link.Cut();
        await _server.KillAsync();
        await _server.StartAgainAsync();
        link.Mend();
        await TimePassesAsync(3);
        link.Break();
        await TimePassesAsync(3);
        Assert.True(lease.IsAlive);
        Assert.Equal(lease.Id, (await _etcd.GetAsync("a"))?.Lease);
    }

    private static async Task LostAsync(EtcdLease lease)
    {
        TaskCompletionSource lost = new();
        await using CancellationTokenRegistration registration = lease.Lost.Register(lost.SetResult);
        await lost.Task.WaitAsync(EtcdServer.Patience);
    }

    /// <summary>By etcd's own clock: a lease that nobody renews shows when the time is up.</summary>
    private async Task TimePassesAsync(int seconds)
    {
        string lease = (await _server.AskAsync("/v3/lease/grant", new { TTL = $"{seconds}" })).GetProperty("ID").GetString()!;
        using CancellationTokenSource stop = new(EtcdServer.Patience);
        using EtcdWatch watch = new(_etcd, "clock", stop.Token);
        Assert.Empty((await watch.NextAsync()).Changes);
        await _etcd.PutAsync("clock", default, long.Parse(lease, CultureInfo.InvariantCulture));
        Assert.True((await watch.FollowAsync(2))[1].IsDeleted);
    }
}
