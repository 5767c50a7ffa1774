using Node.Connect.Cluster;
using Node.Protocol.Connect;
using Node.Push.Routing;

namespace Node.Tests.Cluster;

/// <summary>A stream between a manager and a node: in order both ways, at any time, until it breaks.</summary>
internal sealed class SimulatedStream : INodeStream, IManagerStream
{
    private readonly Queue<FromManager> _down = new();
    private readonly Queue<FromNode> _up = new();
    private NodeLink? _node;
    private ManagerLink? _manager;

    private SimulatedStream(SimulatedManager manager, SimulatedNode node) => (Manager, Node) = (manager, node);

    public SimulatedManager Manager { get; }

    public SimulatedNode Node { get; }

    public bool IsBroken { get; private set; }

    public static SimulatedStream Open(SimulatedManager manager, SimulatedNode node)
    {
        var stream = new SimulatedStream(manager, node);
        stream._manager = node.Core.Attach(
            new FromManager.Types.Hello { Manager = manager.Id, Incarnation = manager.Incarnation }, stream);
        manager.Router.Flush();
        return stream;
    }

    public void Send(FromManager message) => _down.Enqueue(message);

    public void Send(FromNode message) => _up.Enqueue(message);

    public void Break(string reason) => Break();

    public void Break()
    {
        if (IsBroken)
        {
            return;
        }

        IsBroken = true;
        _down.Clear();
        _up.Clear();
        Node.Core.Detach(_manager!);
        if (_node is not null)
        {
            Manager.Router.Detach(_node);
        }
    }

    public void DeliverSome(Random random)
    {
        if (random.Next(2) == 0)
        {
            DeliverDown();
        }
        else
        {
            DeliverUp();
        }
    }

    public void DeliverAll()
    {
        while (!IsBroken && (DeliverDown() || DeliverUp()))
        {
        }
    }

    private bool DeliverDown()
    {
        if (!_down.TryDequeue(out FromManager? message))
        {
            return false;
        }

        Node.Core.Receive(_manager!, message);
        Node.Core.Flush();
        return true;
    }

    private bool DeliverUp()
    {
        if (!_up.TryDequeue(out FromNode? message))
        {
            return false;
        }

        if (message.Hello is { } hello)
        {
            _node = Manager.Router.Attach(hello, this);
            if (_node is null)
            {
                Break();
            }
        }
        else
        {
            Manager.Router.Receive(_node!, message);
        }

        Manager.Router.Flush();
        return true;
    }
}
