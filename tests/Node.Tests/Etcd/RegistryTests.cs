using System.Text;
using Node.Rpc.Discovery;
using Node.Rpc.Etcd;
using Node.Tests.Support;
using Node.Tests.Transport;

namespace Node.Tests.Etcd;

/// <summary>Processes that come, change, go, die, and are cut off, as others see them through a real etcd.</summary>
public sealed class RegistryTests : IAsyncLifetime
{
    private const string Key = "/pubsub/registry/push-manager/";

    private EtcdServer _server = null!;
    private EtcdClient _etcd = null!;
    private RegistryView _view = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await EtcdServer.StartAsync();
        _etcd = _server.Client();
        _view = new RegistryView(_etcd, TestMember.Options);
        _view.Start();
        await _view.FirstAsync();
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
    public async Task A_process_is_seen_as_it_says_and_gone_at_once_when_it_stops()
    {
        Member self = TestMember.Of("a", Roles.ConnectNode) with { ClientUrl = "ws://a/ws", Metrics = "a:1", State = MemberState.Starting };
        await using Registry registry = new(_etcd, self, TestMember.Options);
        registry.Start();
        RegistrySnapshot seen = await _view.UntilAsync(now => now[Roles.ConnectNode].Members.Count == 1);
        Assert.Equal(self, seen[Roles.ConnectNode].Members[0]);
        Assert.Empty(seen[Roles.PushManager].Members);
        await registry.UpdateAsync(MemberState.Draining);
        await _view.UntilAsync(now => now[Roles.ConnectNode].Members[0].State == MemberState.Draining);
        Assert.Null(registry.Problem);
        await registry.DisposeAsync();
        Assert.Empty((await _etcd.RangeAsync("/pubsub/registry/")).Values);
        RegistrySnapshot after = await _view.UntilAsync(now => now[Roles.ConnectNode].Members.Count == 0);
        // The state is none of the set's business: two changes of the set, each with its own revision.
        Assert.True(after[Roles.ConnectNode].Number > seen[Roles.ConnectNode].Number);
        await Assert.ThrowsAsync<InvalidOperationException>(() => registry.UpdateAsync(MemberState.Ready));
    }

    [Fact]
    public async Task The_entry_is_json_as_the_protocol_has_it()
    {
        Member self = new()
        {
            Id = "node-1", Role = Roles.ConnectNode, Incarnation = 1732250000123, Grpc = "10.0.0.5:50052", ClientUrl = "ws://10.0.0.5:8083/ws",
            Metrics = "10.0.0.5:9091", State = MemberState.Ready, Connections = 1200, Version = "0.1.0",
        };
        await using Registry registry = new(_etcd, self, TestMember.Options);
        registry.Start();
        await _view.UntilAsync(now => now[Roles.ConnectNode].Members.Count == 1);
        Assert.Equal(
            """{"id":"node-1","role":"connect-node","incarnation":1732250000123,"grpc":"10.0.0.5:50052","client_url":"ws://10.0.0.5:8083/ws","metrics":"10.0.0.5:9091","state":"ready","connections":1200,"version":"0.1.0"}""",
            (await _etcd.GetAsync("/pubsub/registry/connect-node/node-1"))?.Text);
    }

    [Fact]
    public async Task A_killed_process_is_gone_when_its_time_is_up()
    {
        await using EtcdChild child = EtcdChild.Registers(_server.Endpoint);
        await _view.UntilAsync(now => now[Roles.PushManager].Members.Count == 1);
        child.Kill();
        await _view.UntilAsync(now => now[Roles.PushManager].Members.Count == 0);
    }

    [Fact]
    public async Task A_process_whose_lease_is_gone_registers_again()
    {
        await using Registry registry = new(_etcd, TestMember.Of("a"), TestMember.Options);
        registry.Start();
        await _view.UntilAsync(now => now[Roles.PushManager].Members.Count == 1);
        EtcdKeyValue first = Assert.NotNull(await _etcd.GetAsync(Key + "a"));
        await _server.AskAsync("/v3/lease/revoke", new { ID = $"{first.Lease}" });
        await _view.UntilAsync(now => now[Roles.PushManager].Members.Count == 0);
        await _view.UntilAsync(now => now[Roles.PushManager].Members.Count == 1);
        Assert.NotEqual(first.Lease, (await _etcd.GetAsync(Key + "a"))?.Lease);
    }

    [Fact]
    public async Task A_later_start_of_the_same_process_takes_over_and_the_earlier_one_steps_aside()
    {
        await using TcpLink link = new(_server.Address);
        using EtcdClient far = _server.Client(link.Endpoint);
        await using Registry earlier = new(far, TestMember.Of("a", incarnation: 1), TestMember.Options);
        earlier.Start();
        await _view.UntilAsync(now => now[Roles.PushManager].Members.Count == 1);
        link.Freeze();
        await using Registry later = new(_etcd, TestMember.Of("a", incarnation: 2), TestMember.Options);
        later.Start();
        RegistrySnapshot taken = await _view.UntilAsync(now => now[Roles.PushManager].Members is [{ Incarnation: 2 }]);
        link.Thaw();
        Task update = earlier.UpdateAsync(MemberState.Draining);
        await earlier.Superseded.WaitAsync(EtcdServer.Patience);
        await Assert.ThrowsAsync<InvalidOperationException>(() => update);
        Assert.NotNull(earlier.Problem);
        await earlier.DisposeAsync();
        Assert.Equal(2, Member.Parse((await _etcd.GetAsync(Key + "a"))!.Value.Value.Span).Incarnation);
        Assert.Equal(taken[Roles.PushManager].Number, _view.Current[Roles.PushManager].Number);
    }

    [Fact]
    public async Task What_is_no_member_is_left_out()
    {
        await _etcd.PutAsync(Key + "a", "{"u8.ToArray());
        await _etcd.PutAsync(Key + "b", Encoding.UTF8.GetBytes("""{"id":"b","role":"push-manager","incarnation":1,"state":"unheard of"}"""));
        await _etcd.PutAsync(Key + "c", TestMember.Of("d").ToJson());
        await _etcd.PutAsync(Key + "e", TestMember.Of("e").ToJson());
        RegistrySnapshot seen = await _view.UntilAsync(now => now[Roles.PushManager].Members.Count > 0);
        Assert.Equal("e", Assert.Single(seen[Roles.PushManager].Members).Id);
        // A process that means this key may write over it.
        await using Registry registry = new(_etcd, TestMember.Of("a"), TestMember.Options);
        registry.Start();
        await _view.UntilAsync(now => now[Roles.PushManager].Members.Count == 2);
    }

    [Fact]
    public async Task Without_etcd_a_process_starts_and_registers_when_it_can()
    {
        await _server.KillAsync();
        await using Registry registry = new(_etcd, TestMember.Of("a"), TestMember.Options);
        registry.Start();
        await TestServer.UntilAsync(() => registry.Problem?.Contains("127.0.0.1", StringComparison.Ordinal) == true);
        await _server.StartAgainAsync();
        await _view.UntilAsync(now => now[Roles.PushManager].Members.Count == 1);
        await TestServer.UntilAsync(() => registry.Problem is null);
    }

    [Fact]
    public async Task A_load_that_has_moved_is_written()
    {
        await using Registry registry = new(_etcd, TestMember.Of("a", connections: 100), TestMember.Options);
        registry.Start();
        RegistrySnapshot first = await _view.UntilAsync(now => now[Roles.PushManager].Members.Count == 1);
        registry.UpdateLoad(109);
        registry.UpdateLoad(111);
        RegistrySnapshot next = await _view.UntilAsync(now => now[Roles.PushManager].Members[0].Connections != 100);
        Assert.Equal(111, next[Roles.PushManager].Members[0].Connections);
        Assert.Equal((first.Number + 1, first[Roles.PushManager].Number), (next.Number, next[Roles.PushManager].Number));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    public void An_id_that_cannot_be_part_of_a_key_is_refused(string id) =>
        Assert.Throws<ArgumentException>(() => new Registry(_etcd, TestMember.Of(id)));
}
