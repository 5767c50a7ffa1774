using Node.Rpc.Etcd;
using Node.Tests.Support;

namespace Node.Tests.Etcd;

/// <summary>Users and TLS against a real etcd.</summary>
public sealed class EtcdSecurityTests
{
    [Fact]
    public async Task A_user_may_do_what_it_may_and_no_more()
    {
        await using EtcdServer server = await EtcdServer.StartAsync();
        await server.EnableUsersAsync("root's", "ann", "ann's", "mine/");
        using EtcdClient ann = Client(server, "ann", "ann's");
        using EtcdClient mistaken = Client(server, "ann", "wrong");
        using EtcdClient nobody = server.Client();
        await ann.PutAsync("mine/a", "1"u8.ToArray());
        Assert.Equal("1", (await ann.GetAsync("mine/a"))?.Text);
        Assert.Equal(EtcdError.Denied, await ErrorOf(() => ann.GetAsync("other")));
        Assert.Equal(EtcdError.Denied, await ErrorOf(() => mistaken.GetAsync("mine/a")));
        Assert.Equal(EtcdError.Denied, await ErrorOf(() => nobody.GetAsync("mine/a")));
    }

    [Fact]
    public async Task A_token_that_etcd_has_forgotten_is_fetched_again_for_calls_and_watches()
    {
        await using EtcdServer server = await EtcdServer.StartAsync();
        await server.EnableUsersAsync("root's", "ann", "ann's", "mine/");
        using EtcdClient ann = Client(server, "ann", "ann's");
        using CancellationTokenSource stop = new(EtcdServer.Patience);
        using EtcdWatch watch = new(ann, "mine/", stop.Token);
        await ann.PutAsync("mine/a", "1"u8.ToArray());
        Assert.Single((await watch.NextAsync()).Changes);
        Task<EtcdBatch> next = watch.NextChangesAsync();
        // Its tokens live in memory.
        await server.KillAsync();
        await server.StartAgainAsync();
        await ann.PutAsync("mine/a", "2"u8.ToArray());
        Assert.Equal("2", Assert.Single((await next).Changes).Entry.Text);
        // Changed users make every token old.
        await server.AskAsync("/v3/auth/user/add", new { name = "bob", password = "b" }, await TokenOf(server, "root", "root's"));
        await ann.PutAsync("mine/a", "3"u8.ToArray());
        Assert.Equal("3", Assert.Single((await watch.NextChangesAsync()).Changes).Entry.Text);
    }

    [Fact]
    public async Task User_and_password_do_no_harm_where_etcd_knows_no_users_and_serve_as_soon_as_it_does()
    {
        await using EtcdServer server = await EtcdServer.StartAsync();
        using EtcdClient ann = Client(server, "ann", "ann's");
        await ann.PutAsync("mine/a", "1"u8.ToArray());
        await server.EnableUsersAsync("root's", "ann", "ann's", "mine/");
        Assert.Equal("1", (await ann.GetAsync("mine/a"))?.Text);
    }

    [Fact]
    public async Task Over_tls_with_the_right_authority_and_not_with_another()
    {
        await using EtcdServer server = await EtcdServer.StartAsync(tls: true);
        using EtcdClient etcd = server.Client();
        using EtcdClient suspicious = new(new EtcdOptions { Endpoints = [server.Endpoint] });
        using CancellationTokenSource stop = new(EtcdServer.Patience);
        using EtcdWatch watch = new(etcd, "a", stop.Token);
        Assert.Empty((await watch.NextAsync()).Changes);
        await etcd.PutAsync("a", "1"u8.ToArray());
        Assert.Equal("1", Assert.Single((await watch.NextChangesAsync()).Changes).Entry.Text);
        Assert.Equal(EtcdError.Unavailable, await ErrorOf(() => suspicious.GetAsync("a")));
    }

    private static EtcdClient Client(EtcdServer server, string user, string password) =>
        new(new EtcdOptions { Endpoints = [server.Endpoint], User = user, Password = password });

    private static async Task<string> TokenOf(EtcdServer server, string name, string password) =>
        (await server.AskAsync("/v3/auth/authenticate", new { name, password })).GetProperty("token").GetString()!;

    private static async Task<EtcdError> ErrorOf(Func<Task> call) => (await Assert.ThrowsAsync<EtcdException>(call)).Error;
}
