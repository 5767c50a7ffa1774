using System.Collections.Concurrent;
using System.Globalization;
using Node.Rpc.Discovery;
using Node.Rpc.Etcd;
using Node.Tests.Support;
using Node.Tests.Transport;

namespace Node.Tests.Etcd;

/// <summary>What a view shows while etcd is away and when it comes back: the same, with holes, or empty.</summary>
public sealed class RegistryViewTests : IAsyncLifetime
{
    private const string Key = "/pubsub/registry/push-manager/";

    private readonly ConcurrentQueue<RegistrySnapshot> _told = new();
    private EtcdServer _server = null!;
    private EtcdClient _etcd = null!;
    private RegistryView _view = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await EtcdServer.StartAsync();
        _etcd = _server.Client();
        _view = new RegistryView(_etcd, TestMember.Options);
        _view.Changed += _told.Enqueue;
        Assert.True(_view.IsStale);
        _view.Start();
        await _view.FirstAsync();
        Assert.False(_view.IsStale);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _view.DisposeAsync();
            _etcd.Dispose();
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Without_etcd_the_last_view_stays_and_says_since_when()
    {
        await using Registry a = Registered("a");
        await using Registry b = Registered("b");
        await BothAsync();
        DateTimeOffset before = DateTimeOffset.UtcNow - TimeSpan.FromSeconds(5);
        await _server.KillAsync();
        await TestServer.UntilAsync(() => _view.IsStale);
        Assert.InRange(_view.StaleSince!.Value, before, DateTimeOffset.UtcNow);
        Assert.NotNull(_view.Problem);
        Assert.Equal(2, _view.Current[Roles.PushManager].Members.Count);
        await _server.StartAgainAsync();
        await TestServer.UntilAsync(() => !_view.IsStale);
        await using Registry c = Registered("c");
        await _view.UntilAsync(now => now[Roles.PushManager].Members.Count == 3);
        AssertNobodyLeft("a", "b");
    }

    [Fact]
    public async Task Living_members_never_leave_the_view_of_an_etcd_that_was_frozen_for_longer_than_their_leases()
    {
        await using Registry a = Registered("a");
        await using Registry b = Registered("b");
        await BothAsync();
        await _server.FreezeAsync();
        await TestServer.UntilAsync(() => _view.IsStale && a.Problem is not null && b.Problem is not null);
        await _server.ThawAsync();
        await TestServer.UntilAsync(() => !_view.IsStale && a.Problem is null && b.Problem is null);
        await using Registry c = Registered("c");
        await _view.UntilAsync(now => now[Roles.PushManager].Members.Count == 3);
        AssertNobodyLeft("a", "b");
    }

    [Fact]
    public async Task A_member_that_etcd_lost_while_frozen_may_come_back_and_else_leaves_when_the_time_is_up()
    {
        await PutUnderDyingLeaseAsync("comes back");
        await PutUnderDyingLeaseAsync("stays away");
        await BothAsync();
        await FreezeForALeaseAsync();
        await TestServer.UntilAsync(() => _view.Problem?.Contains("waits for members", StringComparison.Ordinal) == true);
        Assert.Equal(2, _view.Current[Roles.PushManager].Members.Count);
        await _etcd.PutAsync(Key + "comes back", TestMember.Of("comes back").ToJson());
        await _view.UntilAsync(now => now[Roles.PushManager].Members is [{ Id: "comes back" }]);
        Assert.False(_view.IsStale);
        AssertNobodyLeft("comes back");
    }

    [Fact]
    public async Task An_emptied_etcd_fills_again_and_numbers_go_on()
    {
        await using Registry a = Registered("a");
        await using Registry b = Registered("b");
        await _etcd.PutAsync(Key + "dead", TestMember.Of("dead").ToJson());
        RegistrySnapshot full = await _view.UntilAsync(now => now[Roles.PushManager].Members.Count == 3);
        await _server.WipeAsync();
        RegistrySnapshot after = await _view.UntilAsync(now => now[Roles.PushManager].Members.Count == 2);
        Assert.True(after[Roles.PushManager].Number > full.Number);
        Assert.False(_view.IsStale);
        AssertNobodyLeft("a", "b");
        // One that knows nothing of before counts as the others do.
        await using RegistryView late = new(_etcd, TestMember.Options);
        late.Start();
        await late.FirstAsync();
        await using Registry c = Registered("c");
        RegistrySnapshot here = await _view.UntilAsync(now => now[Roles.PushManager].Members.Count == 3);
        RegistrySnapshot there = await late.UntilAsync(now => now[Roles.PushManager].Members.Count == 3);
        Assert.Equal(here[Roles.PushManager].Number, there[Roles.PushManager].Number);
        Assert.Equal(_told.Select(told => told.Number).Order(), _told.Select(told => told.Number));
    }

    [Fact]
    public async Task A_short_break_keeps_nobody_in_the_view()
    {
        await using TcpLink link = new(_server.Address);
        using EtcdClient far = _server.Client(link.Endpoint);
        // Its grace would outlast the test.
        await using RegistryView view = new(far, new RegistryOptions { TimeToLive = TimeSpan.FromHours(1) });
        view.Start();
        await _etcd.PutAsync(Key + "a", TestMember.Of("a").ToJson());
        await view.UntilAsync(now => now[Roles.PushManager].Members.Count == 1);
        link.Cut();
        await TestServer.UntilAsync(() => view.IsStale);
        await _etcd.DeleteAsync(Key + "a");
        link.Mend();
        await view.UntilAsync(now => now[Roles.PushManager].Members.Count == 0);
    }

    [Fact]
    public async Task Every_view_has_the_same_number_for_the_same_change_of_the_set()
    {
        await using RegistryView other = new(_etcd, TestMember.Options);
        other.Start();
        await other.FirstAsync();
        await using Registry a = Registered("a");
        RegistrySnapshot first = await _view.UntilAsync(now => now[Roles.PushManager].Members.Count == 1);
        await a.UpdateAsync(MemberState.Draining);
        await using Registry b = Registered("b");
        RegistrySnapshot here = await _view.UntilAsync(now => now[Roles.PushManager].Members.Count == 2);
        RegistrySnapshot there = await other.UntilAsync(now => now[Roles.PushManager].Members.Count == 2);
        long created = (await _etcd.GetAsync(Key + "b"))!.Value.CreateRevision;
        Assert.Equal([created, created], new[] { here[Roles.PushManager].Number, there[Roles.PushManager].Number });
        Assert.True(first[Roles.PushManager].Number < created);
        ManagerView managers = new(here[Roles.PushManager]);
        Assert.Equal((2, new ManagerKey("a", 1)), (managers.Count, managers[0]));
        Assert.Equal(new ManagerView(there[Roles.PushManager]).Name, managers.Name);
        Assert.NotEqual(new ManagerView(first[Roles.PushManager]).Name, managers.Name);
    }

    [Fact]
    public async Task A_handler_that_throws_costs_the_others_nothing()
    {
        await using RegistryView view = new(_etcd, TestMember.Options);
        view.Changed += _ => throw new InvalidOperationException("a handler's own fault");
        view.Start();
        await using Registry a = Registered("a");
        await view.UntilAsync(now => now[Roles.PushManager].Members.Count == 1);
    }

    private Registry Registered(string id)
    {
        Registry registry = new(_etcd, TestMember.Of(id), TestMember.Options);
        registry.Start();
        return registry;
    }

    private Task<RegistrySnapshot> BothAsync() => _view.UntilAsync(now => now[Roles.PushManager].Members.Count == 2);

    private async Task PutUnderDyingLeaseAsync(string id)
    {
        string lease = (await _server.AskAsync("/v3/lease/grant", new { TTL = "5" })).GetProperty("ID").GetString()!;
        await _etcd.PutAsync(Key + id, TestMember.Of(id).ToJson(), long.Parse(lease, CultureInfo.InvariantCulture));
    }

    private async Task FreezeForALeaseAsync()
    {
        await _server.FreezeAsync();
        await TestServer.UntilAsync(() => _view.StaleSince < DateTimeOffset.UtcNow - TimeSpan.FromSeconds(5));
        await _server.ThawAsync();
    }

    /// <summary>No view since there were both has been without one of them.</summary>
    private void AssertNobodyLeft(params string[] ids)
    {
        IEnumerable<HashSet<string>> since = _told.Select(told => told[Roles.PushManager].Members.Select(member => member.Id).ToHashSet())
            .SkipWhile(there => !there.IsSupersetOf(ids));
        Assert.All(since, there => Assert.Superset(ids.ToHashSet(), there));
    }
}
