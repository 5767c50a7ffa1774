using Google.Protobuf;
using Node.Protocol.Connect;
using Node.Protocol.Push;
using Node.Push.Routing;
using Node.Rpc.Discovery;
using StatusCode = Grpc.Core.StatusCode;

namespace Node.Tests.Cluster;

/// <summary>Pushes to users through a router whose nodes this test is.</summary>
public class UserRoutingTests
{
    private readonly PushRouter _router = new("manager", new Random(1));
    private readonly Dictionary<string, (NodeLink Link, SentSteps Stream)> _nodes = [];
    private ulong _pushes;
    private ulong _resync;

    [Fact]
    public void A_push_goes_to_the_nodes_that_have_linked_the_user()
    {
        Begin("a", "b", "c");
        Link("a", "anna", "bert");
        Link("b", "anna");
        Assert.Equal((2u, 5ul), Reached(Push("anna"), ("a", 2), ("b", 3)));
        Assert.Equal((1u, 1ul), Reached(Push("bert"), ("a", 1)));
        Assert.True(Push("chris")().IsUnknown);
        Assert.Equal(2, _router.TargetCount);
    }

    [Fact]
    public void Nobody_is_left_when_the_last_node_unlinks()
    {
        Begin("a", "b");
        Link("a", "anna");
        Link("b", "anna");
        Unlink("a", "anna");
        Assert.Equal((1u, 1ul), Reached(Push("anna"), ("b", 1)));
        Unlink("b", "anna");
        Unlink("b", "anna");
        Assert.True(Push("anna")().IsUnknown);
        Assert.Equal(0, _router.TargetCount);
    }

    [Fact]
    public void A_push_waits_until_every_node_has_linked()
    {
        Attach("a");
        _router.Apply(new HashSet<string> { "a", "b" });
        _router.Apply(ViewOf("manager"));
        _resync = 1;
        Link("a", "anna");
        Sync("a");
        Func<PushOutcome> push = Push("anna");
        Assert.Empty(Deliveries("a"));
        Attach("b");
        Link("b", "anna");
        Sync("b");
        Assert.Equal((2u, 2ul), Reached(push, ("a", 1), ("b", 1)));
    }

    [Fact]
    public void What_waits_is_bounded()
    {
        _router.Apply(new HashSet<string> { "a" });
        _router.Apply(ViewOf("manager"));
        for (int i = 0; i < UserTargets.MaxWaiting; i++)
        {
            Push("anna");
        }

        Assert.Equal(StatusCode.ResourceExhausted, Push("bert")().Code);
        Assert.Equal(1, _router.Counters.Overloaded);
    }

    [Fact]
    public void A_user_that_is_not_linked_again_after_a_broken_stream_is_gone()
    {
        Begin("a", "b");
        Link("a", "anna", "bert");
        Link("b", "bert");
        _router.Detach(_nodes["a"].Link);
        Attach("a");
        Link("a", "anna");
        Assert.Equal(2, _router.TargetCount);
        Sync("a");
        Assert.Equal((1u, 1ul), Reached(Push("anna"), ("a", 1)));
        Assert.Equal((1u, 1ul), Reached(Push("bert"), ("b", 1)));
    }

    [Fact]
    public void What_was_linked_two_streams_ago_is_over_with_the_third()
    {
        Begin("a");
        Link("a", "anna", "bert");
        _router.Detach(_nodes["a"].Link);
        Attach("a");
        Link("a", "chris");
        _router.Detach(_nodes["a"].Link);
        Attach("a");
        Link("a", "bert");
        Sync("a");
        Assert.Equal((1u, 1ul), Reached(Push("bert"), ("a", 1)));
        Assert.Equal(1, _router.TargetCount);
    }

    [Fact]
    public void A_node_that_does_not_come_back_takes_its_users_with_it()
    {
        Begin("a", "b");
        Link("a", "anna");
        Link("b", "bert");
        _router.Detach(_nodes["a"].Link);
        _router.Apply(new HashSet<string> { "b" });
        Assert.True(Push("anna")().IsUnknown);
        Assert.Equal(1, _router.TargetCount);
    }

    [Fact]
    public void A_node_that_is_away_has_failed_when_its_time_is_up()
    {
        Begin("a");
        Link("a", "anna");
        _router.Detach(_nodes["a"].Link);
        Func<PushOutcome> push = Push("anna");
        _router.Tick(PushRouter.AcknowledgeMs);
        Assert.Equal(["a"], push().FailedNodes);
    }

    [Fact]
    public void What_has_no_answer_goes_to_the_manager_that_owns_the_user_now()
    {
        Begin("a");
        string[] users = [.. Enumerable.Range(0, 20).Select(user => $"user-{user}")];
        Link("a", users);
        Func<PushOutcome>[] sent = [.. users.Select(Push)];
        _router.Apply(ViewOf("manager", "other"));
        Func<PushOutcome>[] waiting = [.. users.Where(IsOwned).Select(Push)];
        Assert.InRange(waiting.Length, 1, users.Length - 1);
        for (int i = 0; i < users.Length; i++)
        {
            Assert.Equal(IsOwned(users[i]) ? null : StatusCode.Unavailable, OutcomeOf(sent[i])?.Code);
        }

        _router.Apply(ViewOf("other"));
        Assert.All(sent.Concat(waiting), push => Assert.Equal(StatusCode.Unavailable, push().Code));
        Assert.Equal(0, _router.TargetCount);

        bool IsOwned(string user) => _router.OwnerOf(TargetKey.User(user)) == "manager";
    }

    private static ManagerView ViewOf(params string[] managers) => new(managers.Select(id => new ManagerKey(id, 1)));

    private void Begin(params string[] nodes)
    {
        foreach (string node in nodes)
        {
            Attach(node);
        }

        _router.Apply(ViewOf("manager"));
        _resync = 1;
        foreach (string node in nodes)
        {
            Sync(node);
        }
    }

    private void Attach(string node)
    {
        var stream = new SentSteps();
        _nodes[node] = (_router.Attach(new FromNode.Types.Hello { Node = node, Incarnation = 1 }, stream)!, stream);
    }

    private void Sync(string node) => Receive(node, new FromNode.Types.Step { Synced = _resync });

    private void Link(string node, params string[] users)
    {
        foreach (string user in users)
        {
            Receive(node, new FromNode.Types.Step { Link = new Link { Target = TargetKey.User(user).ToTarget() } });
        }
    }

    private void Unlink(string node, string user) => Receive(node, new FromNode.Types.Step { Unlink = TargetKey.User(user).ToTarget() });

    private void Receive(string node, FromNode.Types.Step step)
    {
        _router.Receive(_nodes[node].Link, new FromNode { Steps = { step } });
        _router.Flush();
    }

    /// <summary>What becomes of it; asked before that, it throws.</summary>
    private Func<PushOutcome> Push(string user)
    {
        PushOutcome? outcome = null;
        var payload = new Payload { Data = ByteString.CopyFromUtf8(user) };
        _router.Push(TargetKey.User(user), new MessageId { Origin = 1, Number = ++_pushes }, payload, done => outcome = done);
        _router.Flush();
        return () => outcome ?? throw new InvalidOperationException("it has no outcome yet");
    }

    private static PushOutcome? OutcomeOf(Func<PushOutcome> push)
    {
        try
        {
            return push();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Acknowledges one delivery for each of the nodes, which must be all that have one.</summary>
    private (uint Nodes, ulong Connections) Reached(Func<PushOutcome> push, params (string Node, uint Connections)[] nodes)
    {
        Assert.Equal(nodes.Select(node => node.Node), _nodes.Keys.Where(node => Deliveries(node).Length > 0).Order());
        foreach ((string node, uint connections) in nodes)
        {
            SentSteps stream = _nodes[node].Stream;
            _router.Receive(_nodes[node].Link, new FromNode { Ack = new Ack { Batch = stream.Batch, Reached = { connections } } });
            stream.Steps.Clear();
        }

        return (push().Nodes, push().Connections);
    }

    private Delivery[] Deliveries(string node) =>
        [.. _nodes[node].Stream.Steps.Where(step => step.Delivery is not null).Select(step => step.Delivery)];
}
