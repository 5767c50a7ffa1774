using System.Diagnostics;
using Google.Protobuf;
using Node.Protocol.Connect;
using Node.Push.Routing;
using Node.Rpc.Discovery;

namespace Node.Memory;

/// <summary>
/// Connections of as many users, in rooms of 50 whose members are on two nodes, and in one room of everybody, as nodes link them at a push-manager.
/// </summary>
internal sealed record LinkedCrowd(int Connections)
{
    private const int Nodes = 10;
    private const int RoomSize = 50;
    private const int StepsInMessage = 200;
    private const string Manager = "manager";

    /// <summary>Says what each of them takes.</summary>
    public void Measure()
    {
        // What is compiled and made once is no connection's.
        new LinkedCrowd(1000).Link(NewRouter());
        MemoryUse before = MemoryUse.Settled();
        PushRouter router = NewRouter();
        long start = Stopwatch.GetTimestamp();
        TimeSpan longest = Link(router);
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        MemoryUse used = MemoryUse.Settled() - before;
        Console.WriteLine($"{Connections:N0} connections, {router.TargetCount:N0} targets");
        Console.WriteLine($"a connection: {used.Over(Connections)}; linked in {took.TotalMilliseconds:N0} ms, longest batch {longest.TotalMilliseconds:N1} ms");
        GC.KeepAlive(router);
    }

    /// <summary>Of a manager that is alone.</summary>
    private static PushRouter NewRouter()
    {
        var router = new PushRouter(Manager, new Random());
        router.Apply(new ManagerView([new ManagerKey(Manager, 1)]));
        return router;
    }

    /// <summary>Attaches the nodes and links everybody.</summary>
    /// <returns>The longest that one message took the router.</returns>
    private TimeSpan Link(PushRouter router)
    {
        TimeSpan longest = default;
        NodeLink[] nodes = [.. Enumerable.Range(0, Nodes).Select(node => Attach(router, node))];
        for (int from = 0; from < Connections; from += StepsInMessage * Nodes)
        {
            for (int node = 0; node < Nodes; node++)
            {
                byte[] message = Message(node, from, Math.Min(from + (StepsInMessage * Nodes), Connections)).ToByteArray();
                var parsed = FromNode.Parser.ParseFrom(message);
                long start = Stopwatch.GetTimestamp();
                router.Receive(nodes[node], parsed);
                router.Flush();
                TimeSpan took = Stopwatch.GetElapsedTime(start);
                longest = took > longest ? took : longest;
            }
        }

        return longest;
    }

    private static NodeLink Attach(PushRouter router, int node)
    {
        NodeLink link = router.Attach(new FromNode.Types.Hello { Node = $"node-{node}", Incarnation = 1 }, new Nowhere())!;
        router.Receive(link, new FromNode { Steps = { new FromNode.Types.Step { Synced = 1 } } });
        return link;
    }

    /// <summary>What a node has to link of some connections.</summary>
    private static FromNode Message(int node, int from, int to)
    {
        var message = new FromNode();
        for (int i = from; i < to; i++)
        {
            int room = i / RoomSize;
            if (((room % Nodes) + (i % 2)) % Nodes != node)
            {
                continue;
            }

            message.Steps.Add(LinkOf(TargetKey.User($"u{i:D7}")));
            if (i % RoomSize < 2)
            {
                message.Steps.Add(LinkOf(TargetKey.Room($"room-{room}")));
            }
        }

        if (from == 0)
        {
            message.Steps.Add(LinkOf(TargetKey.Room("everybody")));
        }

        return message;
    }

    private static FromNode.Types.Step LinkOf(TargetKey target) => new() { Link = new Link { Target = target.ToTarget(), Number = 1 } };

    private sealed class Nowhere : INodeStream
    {
        public void Send(FromManager message)
        {
        }

        public void Break(string reason)
        {
        }
    }
}
