using System.Text.Json;
using Node.Web;

namespace Node.Tests.Web;

/// <summary>Where clients are sent.</summary>
public sealed class NodeChoiceTests
{
    [Fact]
    public void The_least_loaded_node_that_is_ready_comes_first()
    {
        DirectoryNode[] nodes = [Node("a", 900), Node("b", 300), Node("c", 10, isReady: false), Node("d", 600)];
        Assert.Equal(["b", "d", "a"], new NodeChoice().Order(nodes).Select(node => node.Id));
    }

    [Fact]
    public void Nodes_within_a_tenth_of_the_least_take_turns()
    {
        DirectoryNode[] nodes = [Node("a", 1000), Node("b", 1099), Node("c", 1200)];
        var choice = new NodeChoice();
        IReadOnlyList<DirectoryNode>[] orders = [.. Enumerable.Range(0, 10).Select(_ => choice.Order(nodes))];
        Assert.Equal(5, orders.Count(order => order[0].Id == "a"));
        Assert.Equal(5, orders.Count(order => order[0].Id == "b"));
        Assert.All(orders, order => Assert.Equal(["a", "b", "c"], order.Select(node => node.Id).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Without_a_ready_node_there_is_none() => Assert.Empty(new NodeChoice().Order([Node("a", 0, isReady: false)]));

    [Fact]
    public async Task A_client_gets_the_node_and_others_to_fall_back_on()
    {
        var directory = new Directory([Node("a", 900), Node("b", 300), Node("c", 20_000)]);
        await using var server = new WebServer(new WebOptions { Port = 0 }, new WebParts { Nodes = directory, Pages = new PageStore([]) });
        await server.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}") };
        using HttpResponseMessage answer = await client.GetAsync(new Uri("/api/connect-info", UriKind.Relative));
        Assert.Equal(
            """{"url":"ws://b.example:8083/ws","fallbacks":["ws://a.example:8083/ws","ws://c.example:8083/ws"]}""",
            await answer.Content.ReadAsStringAsync());

        // A page outlives the list that it was loaded with: its policy allows nodes that come later.
        Assert.Contains("connect-src 'self' ws: wss:;", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);

        directory.Nodes = [Node("a", 1, isReady: false)];
        using HttpResponseMessage none = await client.GetAsync(new Uri("/api/connect-info", UriKind.Relative));
        Assert.Equal(503, (int)none.StatusCode);
        Assert.Equal("No node is ready to take connections now.", JsonElement.Parse(await none.Content.ReadAsStringAsync()).GetProperty("detail").GetString());
    }

    private static DirectoryNode Node(string id, ulong connections, bool isReady = true) =>
        new(id, new Uri($"ws://{id}.example:8083/ws"), isReady, connections);

    private sealed class Directory(IReadOnlyList<DirectoryNode> nodes) : INodeDirectory
    {
        public IReadOnlyList<DirectoryNode> Nodes { get; set; } = nodes;

        public ValueTask<IReadOnlyList<DirectoryNode>> ListAsync(CancellationToken cancellation) => new(Nodes);
    }
}
