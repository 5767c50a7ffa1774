using System.Text;
using Node.Rpc.Etcd;
using Node.Tests.Support;

namespace Node.Tests.Etcd;

/// <summary>Keys and values against a real etcd.</summary>
public sealed class EtcdClientTests : IAsyncLifetime
{
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
    public async Task A_value_is_put_read_and_deleted()
    {
        Assert.Null(await _etcd.GetAsync("a"));
        long put = await _etcd.PutAsync("a", "één"u8.ToArray());
        EtcdKeyValue got = Assert.NotNull(await _etcd.GetAsync("a"));
        Assert.Equal(("a", "één", put, put, 0L), (got.Key, got.Text, got.CreateRevision, got.ModRevision, got.Lease));
        Assert.True(await _etcd.DeleteAsync("a"));
        Assert.False(await _etcd.DeleteAsync("a"));
        Assert.Null(await _etcd.GetAsync("a"));
    }

    [Fact]
    public async Task A_prefix_is_read_whole_as_it_was_at_a_revision()
    {
        const int Count = 1200;
        for (int first = 0; first < Count; first += 100)
        {
            EtcdTxn batch = new();
            for (int i = first; i < first + 100; i++)
            {
                batch.Put($"p/{i:d4}", Encoding.UTF8.GetBytes($"{i}"));
            }

            Assert.True((await _etcd.TxnAsync(batch)).Succeeded);
        }

        long then = await _etcd.PutAsync("q", default);
        await _etcd.DeleteAsync("p/0000");
        await _etcd.PutAsync("p/0001", "new"u8.ToArray());
        EtcdRange now = await _etcd.RangeAsync("p/");
        EtcdRange before = await _etcd.RangeAsync("p/", then);
        Assert.Equal((Count - 1, "new"), (now.Values.Count, now.Values[0].Text));
        Assert.Equal((then, then + 2), (before.Revision, now.Revision));
        Assert.Equal(Enumerable.Range(0, Count).Select(i => ($"p/{i:d4}", $"{i}")), before.Values.Select(entry => (entry.Key, entry.Text)));
    }

    [Fact]
    public async Task A_transaction_writes_all_or_reads_why_not()
    {
        EtcdTxnResult first = await _etcd.TxnAsync(new EtcdTxn().IfMissing("a").Put("a", "1"u8.ToArray()).Put("b", "1"u8.ToArray()));
        EtcdTxnResult second = await _etcd.TxnAsync(new EtcdTxn().IfMissing("a").Put("a", "2"u8.ToArray()).ElseGet("a").ElseGet("c"));
        Assert.True(first.Succeeded);
        Assert.False(second.Succeeded);
        Assert.Equal(["1", null], second.Read.Select(entry => entry?.Text));
        Assert.True((await _etcd.TxnAsync(new EtcdTxn().IfModRevision("a", first.Revision).IfValue("b", "1"u8.ToArray()).Delete("b"))).Succeeded);
        Assert.False((await _etcd.TxnAsync(new EtcdTxn().IfModRevision("a", first.Revision + 1).Delete("a"))).Succeeded);
        Assert.Equal(["a"], (await _etcd.RangeAsync("")).Values.Select(entry => entry.Key));
    }

    [Fact]
    public async Task Too_many_operations_and_a_key_twice_are_refused_with_the_reason()
    {
        EtcdTxn many = new();
        for (int i = 0; i <= _etcd.Options.MaxTxnOperations; i++)
        {
            many.Put($"k{i}", default);
        }

        ArgumentException tooMany = await Assert.ThrowsAsync<ArgumentException>(() => _etcd.TxnAsync(many));
        EtcdException twice = await Assert.ThrowsAsync<EtcdException>(() => _etcd.TxnAsync(new EtcdTxn().Put("a", default).Put("a", default)));
        Assert.Contains("129", tooMany.Message, StringComparison.Ordinal);
        Assert.Equal(EtcdError.Refused, twice.Error);
        Assert.Contains("duplicate key", twice.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revisions_that_are_gone_or_not_there_yet_are_told_apart()
    {
        long first = await _etcd.PutAsync("a", default);
        long last = await _etcd.PutAsync("a", default);
        await _etcd.CompactAsync(last);
        EtcdException gone = await Assert.ThrowsAsync<EtcdException>(() => _etcd.RangeAsync("a", first));
        EtcdException early = await Assert.ThrowsAsync<EtcdException>(() => _etcd.RangeAsync("a", last + 1));
        EtcdException lease = await Assert.ThrowsAsync<EtcdException>(() => _etcd.PutAsync("a", default, 4711));
        Assert.Equal([EtcdError.Compacted, EtcdError.FutureRevision, EtcdError.LeaseNotFound], new[] { gone.Error, early.Error, lease.Error });
    }

    [Fact]
    public async Task Reads_and_writes_go_on_to_the_next_endpoint_when_the_first_is_dead()
    {
        Uri dead = new($"http://127.0.0.1:{FreePorts.Next()}");
        using EtcdClient etcd = _server.Client(dead, _server.Endpoint);
        await etcd.PutAsync("a", "1"u8.ToArray());
        Assert.Equal("1", (await etcd.GetAsync("a"))?.Text);
        using EtcdClient lost = _server.Client(dead);
        EtcdException error = await Assert.ThrowsAsync<EtcdException>(() => lost.PutAsync("a", default));
        Assert.Equal(EtcdError.Unavailable, error.Error);
        Assert.Contains(dead.Authority, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_frozen_endpoint_a_read_goes_on_and_a_write_says_that_it_may_have_happened()
    {
        await using TcpLink link = new(_server.Address);
        using EtcdClient etcd = new(new EtcdOptions { Endpoints = [link.Endpoint, _server.Endpoint], CallTimeout = TimeSpan.FromSeconds(1) });
        await etcd.PutAsync("a", "1"u8.ToArray());
        link.Freeze();
        EtcdException write = await Assert.ThrowsAsync<EtcdException>(() => etcd.PutAsync("a", "2"u8.ToArray()));
        Assert.Equal(EtcdError.Undecided, write.Error);
        Assert.Equal("1", (await etcd.GetAsync("a"))?.Text);
        link.Thaw();
        using EtcdClient reader = new(new EtcdOptions { Endpoints = [link.Endpoint, _server.Endpoint], CallTimeout = TimeSpan.FromSeconds(1) });
        link.Freeze();
        Assert.NotNull(await reader.GetAsync("a"));
    }

    [Fact]
    public async Task Giving_up_is_told_as_such()
    {
        await _server.FreezeAsync();
        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _etcd.GetAsync("a", cancel.Token));
    }

    [Theory]
    [InlineData("a:1", "http://a:1/")]
    [InlineData("a, https://b", "http://a:2379/ https://b:2379/")]
    [InlineData("http://[::1]:80/,[::1]", "http://[::1]/ http://[::1]:2379/")]
    public void Endpoints_are_read_as_people_write_them(string text, string endpoints) =>
        Assert.Equal(endpoints, string.Join(' ', EtcdOptions.ParseEndpoints(text)));

    [Theory]
    [InlineData("")]
    [InlineData(" , ")]
    [InlineData("ftp://a")]
    [InlineData("a:1/path")]
    [InlineData("a b")]
    public void What_is_no_endpoint_is_named(string text) =>
        Assert.Contains("etcd", Assert.Throws<FormatException>(() => EtcdOptions.ParseEndpoints(text)).Message, StringComparison.Ordinal);
}
