using Google.Protobuf;
using Node.Connect.Cluster;
using Node.Hub;
using Node.Protocol.Connect;
using Node.Rpc.Discovery;
using Node.Wire.Messages;

namespace Node.Memory;

/// <summary>A node's side of one push-manager that links everything at once and never says anything else. On the hub's only loop.</summary>
internal sealed class OwnManager : MessageBus, IManagerStream
{
    private const string Name = "push-1";

    private static readonly ByteString s_epoch = ByteString.CopyFromUtf8("epoch");

    private readonly ManagerBusCore _core;
    private readonly Queue<Link> _links = new();
    private readonly ManagerLink _manager;

    public OwnManager(Hub.Hub hub)
    {
        _core = new ManagerBusCore("node-1", 1, new HubReceiver(hub, static () => { }), 1);
        ManagerView view = new([new ManagerKey(Name, 1)]);
        _core.Apply(view);
        _manager = _core.Attach(new FromManager.Types.Hello { Manager = Name }, this);
        _core.Receive(_manager, new FromManager { Steps = { new FromManager.Types.Step { Resync = new Resync { Number = 1, View = view.Name } } } });
    }

    public override void Link(BusTargetKind kind, byte[] name, ulong number)
    {
        _core.Link(BusPayload.KeyOf(kind, name), number);
        _core.Flush();
        while (_links.TryDequeue(out Link? link))
        {
            var linked = new Linked { Target = link.Target, Number = link.Number, Epoch = s_epoch, First = 1 };
            _core.Receive(_manager, new FromManager { Steps = { new FromManager.Types.Step { Linked = linked } } });
        }

        // What waited for an answer has it.
        _core.Tick(0);
    }

    public override void Unlink(BusTargetKind kind, byte[] name) => _core.Unlink(BusPayload.KeyOf(kind, name));

    public override void Publish(BusTargetKind kind, ReadOnlySpan<byte> name, in ClientMessage message, Action<BusAnswer> done) =>
        throw new NotSupportedException();

    public override void Tell(byte[] room, byte[] messageId, byte[] user)
    {
    }

    void IManagerStream.Send(FromNode message)
    {
        foreach (FromNode.Types.Step step in message.Steps)
        {
            // Users are linked without an answer.
            if (step.Link?.Target.Kind == Target.Types.Kind.Room)
            {
                _links.Enqueue(step.Link);
            }
        }
    }
}
