using Node.Connect.Cluster;
using Node.Rpc.Discovery;
using Node.Tests.Etcd;

namespace Node.Tests.Cluster;

/// <summary>Where clients are sent from a node that is emptied.</summary>
public sealed class NeighboursTests
{
    private readonly Neighbours _neighbours = new();

    [Fact]
    public void Each_gets_its_share_until_all_are_equally_loaded()
    {
        Member[] nodes = [NodeAt("self", "ws://10.0.0.1/ws", 900), NodeAt("b", "ws://10.0.0.2:8083/ws", 10), NodeAt("c", "ws://10.0.0.3:8083/ws", 40)];
        Apply(nodes);
        Dictionary<string, int> sent = Send(100);
        Assert.Equal((65, 35), (sent["10.0.0.2:8083"], sent["10.0.0.3:8083"]));

        // Nothing is known of those who were sent to c: they count on. Of b it is known.
        Apply([nodes[0], nodes[1] with { Connections = 60 }, nodes[2]]);
        sent = Send(45);
        Assert.Equal((30, 15), (sent["10.0.0.2:8083"], sent["10.0.0.3:8083"]));
    }

    [Theory]
    [InlineData("wss://push.example/ws", "wss://n2.example/ws", "n2.example")]
    [InlineData("wss://push.example/ws", "wss://n2.example:444/ws", "n2.example:444")]
    [InlineData("ws://[2001:db8::1]:8083/ws", "ws://[2001:db8::2]:8083/ws", "[2001:db8::2]:8083")]
    [InlineData("ws://127.0.0.1:8083/ws", "ws://127.0.0.1:8084/ws", "127.0.0.1:8084")]
    [InlineData("wss://push.example/ws", "ws://n2.example/ws", null)]
    [InlineData("ws://push.example/ws", "wss://n2.example/ws", null)]
    [InlineData("wss://push.example/ws", "wss://n2.example/other", null)]
    [InlineData("wss://push.example/ws", "wss://push.example/ws", null)]
    [InlineData("ws://push.example/ws", "ws://127.0.0.1:8083/ws", null)]
    [InlineData("ws://push.example/ws", "ws://0.0.0.0:8083/ws", null)]
    [InlineData("ws://push.example/ws", "https://n2.example/ws", null)]
    [InlineData("ws://push.example/ws", "", null)]
    [InlineData("", "ws://n2.example/ws", null)]
    public void Only_an_address_that_the_client_can_take_in_place_of_its_own_is_named(string own, string other, string? hint)
    {
        Apply([NodeAt("self", own), NodeAt("other", other)]);
        Assert.Equal(hint, _neighbours.Next());
    }

    [Fact]
    public void Nobody_is_sent_to_a_node_that_is_not_ready_or_to_this_one()
    {
        Apply([NodeAt("self", "ws://10.0.0.1/ws"), NodeAt("b", "ws://10.0.0.2/ws") with { State = MemberState.Draining }]);
        Assert.Null(_neighbours.Next());
    }

    private static Member NodeAt(string id, string url, long connections = 0) =>
        TestMember.Of(id, Roles.ConnectNode, connections: connections) with { ClientUrl = url };

    private void Apply(Member[] nodes) => _neighbours.Apply(new RoleMembers(1, nodes), nodes[0]);

    private Dictionary<string, int> Send(int clients) =>
        Enumerable.Range(0, clients).Select(_ => _neighbours.Next()!).CountBy(address => address).ToDictionary();
}
