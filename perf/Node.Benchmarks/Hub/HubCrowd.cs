using System.Text;
using Node.Hub;
using Node.Transport;
using Node.Wire;
using Node.Wire.Messages;

namespace Node.Benchmarks.Hub;

/// <summary>A hub on one loop with named users in one room, built through the same bytes that clients send.</summary>
internal sealed class HubCrowd : IDisposable
{
    public const string Room = "bench";

    private readonly Node.Hub.Hub _hub = new(new HubOptions { Echo = true });
    private readonly MessageEncoding _encoding;

    public HubCrowd(int members, MessageEncoding encoding = MessageEncoding.Json, bool join = true)
    {
        _encoding = encoding;
        var poller = new NullPoller();
        var loop = new EventLoop(0, poller) { Fault = exception => throw new InvalidOperationException("a fault", exception) };
        _hub.Start([loop]);
        Crowd = new Crowd(poller, loop, members, _hub.Accept);
        string subprotocol = encoding == MessageEncoding.Json ? "pubsub.v1.json" : "pubsub.v1.proto";
        for (int i = 0; i < members; i++)
        {
            Crowd.Receive(i, ClientFrames.Request($"/ws?user=user-{i}", subprotocol));
            if (join)
            {
                Crowd.Receive(i, Frame(new ClientMessage { MessageId = Routes.Join, Room = Encoding.UTF8.GetBytes(Room) }));
            }
        }
    }

    public Crowd Crowd { get; }

    /// <summary>A message as a client of this crowd's encoding sends it.</summary>
    public byte[] Frame(in ClientMessage message)
    {
        bool json = _encoding == MessageEncoding.Json;
        byte[] payload = new byte[json ? JsonCodec.MaxSize(message) : ProtoCodec.MaxSize(message)];
        int length = json ? JsonCodec.Write(message, payload) : ProtoCodec.Write(message, payload);
        return ClientFrames.Frame(json ? Opcode.Text : Opcode.Binary, payload.AsSpan(0, length));
    }

    public void Dispose()
    {
        Crowd.Dispose();
        _hub.Dispose();
    }
}
