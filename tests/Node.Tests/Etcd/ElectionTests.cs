using Node.Rpc.Discovery;
using Node.Rpc.Etcd;
using Node.Tests.Support;
using Node.Tests.Transport;

namespace Node.Tests.Etcd;

/// <summary>One leader at a time, whatever happens to the others.</summary>
public sealed class ElectionTests : IAsyncLifetime
{
    private static readonly TimeSpan TimeToLive = TestMember.Options.TimeToLive;

    private EtcdServer _server = null!;
    private EtcdClient _etcd = null!;
    private Election _election = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await EtcdServer.StartAsync();
        _etcd = _server.Client();
        _election = new Election(_etcd);
        _election.Start();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _election.DisposeAsync();
            _etcd.Dispose();
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_first_leads_until_it_resigns_then_the_second()
    {
        List<Leader?> told = [];
        _election.Changed += told.Add;
        await using Leadership first = await _election.CampaignAsync("first", TimeToLive);
        Task<Leadership> waiting = _election.CampaignAsync("second", TimeToLive);
        Assert.True(first.IsHeld);
        Assert.Equal(new Leader("first", first.Term), _election.Leader);
        Assert.False(waiting.IsCompleted);
        await first.DisposeAsync();
        Assert.False(first.IsHeld);
        Assert.True(first.Lost.IsCancellationRequested);
        await using Leadership second = await waiting.WaitAsync(EtcdServer.Patience);
        Assert.True(second.IsHeld);
        Assert.True(second.Term > first.Term);
        Assert.Equal([new Leader("first", first.Term), new Leader("second", second.Term)], told.Where(leader => leader is not null));
    }

    [Fact]
    public async Task A_killed_leader_is_followed_by_another()
    {
        using CancellationTokenSource stop = new(EtcdServer.Patience);
        using EtcdWatch watch = new(_etcd, EtcdChild.TermKey, stop.Token);
        await using EtcdChild child = EtcdChild.Campaigns(_server.Endpoint);
        await watch.NextChangesAsync();
        Assert.Equal(EtcdChild.Id, _election.Leader?.Id);
        Task<Leadership> waiting = _election.CampaignAsync("second", TimeToLive);
        child.Kill();
        await using Leadership second = await waiting.WaitAsync(EtcdServer.Patience);
        Assert.Equal("second", _election.Leader?.Id);
    }

    [Fact]
    public async Task A_frozen_leader_is_followed_by_another_and_knows_when_it_wakes()
    {
        using CancellationTokenSource stop = new(EtcdServer.Patience);
        using EtcdWatch watch = new(_etcd, EtcdChild.TermKey, stop.Token);
        await using EtcdChild child = EtcdChild.Campaigns(_server.Endpoint);
        await watch.NextChangesAsync();
        Assert.Equal(EtcdChild.Id, _election.Leader?.Id);
        await EtcdServer.SignalAsync("-STOP", child.ProcessId);
        await using Leadership second = await _election.CampaignAsync("second", TimeToLive).WaitAsync(EtcdServer.Patience);
        await EtcdServer.SignalAsync("-CONT", child.ProcessId);
        Assert.Equal("lost", (await watch.FollowAsync(1))[0].Entry.Text);
        Assert.True(second.IsHeld);
    }

    [Fact]
    public async Task A_leader_that_cannot_reach_etcd_steps_down_before_another_wins()
    {
        await using TcpLink link = new(_server.Address);
        using EtcdClient far = _server.Client(link.Endpoint);
        await using Election cutOff = new(far);
        cutOff.Start();
        Leadership first = await cutOff.CampaignAsync("first", TimeToLive);
        Task<Leadership> waiting = _election.CampaignAsync("second", TimeToLive);
        link.Freeze();
        await using Leadership second = await waiting.WaitAsync(EtcdServer.Patience);
        Assert.False(first.IsHeld);
        await TestServer.UntilAsync(() => first.Lost.IsCancellationRequested);
        await TestServer.UntilAsync(() => cutOff.StaleSince is not null);
        Assert.Equal("first", cutOff.Leader?.Id);
        link.Thaw();
        await TestServer.UntilAsync(() => cutOff.Leader?.Id == "second");
        await first.DisposeAsync();
        Assert.True(second.IsHeld);
    }

    [Fact]
    public async Task A_leader_whose_key_is_deleted_steps_down_though_its_lease_lives()
    {
        await using Leadership first = await _election.CampaignAsync("first", TimeToLive);
        string key = Assert.Single((await _etcd.RangeAsync(Election.Controllers)).Values).Key;
        await _etcd.DeleteAsync(key);
        await TestServer.UntilAsync(() => first.Lost.IsCancellationRequested);
        Assert.False(first.IsHeld);
    }

    [Fact]
    public async Task A_leader_stays_through_a_short_absence_of_etcd()
    {
        await using Leadership first = await _election.CampaignAsync("first", TimeSpan.FromMinutes(1));
        await _server.KillAsync();
        await TestServer.UntilAsync(() => _election.StaleSince is not null);
        Assert.Equal("first", _election.Leader?.Id);
        await _server.StartAgainAsync();
        await TestServer.UntilAsync(() => _election.StaleSince is null);
        Assert.True(first.IsHeld);
        Assert.Equal(new Leader("first", first.Term), _election.Leader);
    }

    [Fact]
    public async Task Who_withdraws_leaves_nothing_behind()
    {
        await using Leadership first = await _election.CampaignAsync("first", TimeToLive);
        using CancellationTokenSource withdraw = new();
        Task<Leadership> waiting = _election.CampaignAsync("second", TimeToLive, withdraw.Token);
        using CancellationTokenSource stop = new(EtcdServer.Patience);
        using EtcdWatch watch = new(_etcd, Election.Controllers, stop.Token);
        while ((await _etcd.RangeAsync(Election.Controllers)).Values.Count < 2)
        {
            await watch.NextChangesAsync();
        }

        await withdraw.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal("first", Assert.Single((await _etcd.RangeAsync(Election.Controllers)).Values).Text);
    }
}
