using System.Globalization;
using System.Text;
using Node.Benchmarks;
using Node.Hub;
using Node.Transport;
using Node.Wire;
using Node.Wire.Messages;

namespace Node.Memory;

/// <summary>A node's hub with connections that do nothing: each an own user, in a room of a few and in one of everybody.</summary>
internal sealed class NodeCrowd : IDisposable
{
    private readonly Hub.Hub _hub = new(new HubOptions { PresenceLimit = 0 });
    private readonly Benchmarks.Crowd _crowd;

    /// <param name="connections">How many.</param>
    /// <param name="roomSize">Members that a small room has here.</param>
    /// <param name="bus">Whether all is linked at a push-manager.</param>
    public NodeCrowd(int connections, int roomSize, bool bus)
    {
        var poller = new NullPoller();
        var loop = new EventLoop(0, poller) { Fault = exception => throw new InvalidOperationException("a fault", exception) };
        _hub.Bus = bus ? new OwnManager(_hub) : null;
        _hub.Start([loop]);
        _crowd = new Benchmarks.Crowd(poller, loop, connections, _hub.Accept);
        byte[] everybody = Join("everybody");
        for (int i = 0; i < connections; i++)
        {
            _crowd.Receive(i, ClientFrames.Request(string.Create(CultureInfo.InvariantCulture, $"/ws?user=user-{i}"), "pubsub.v1.json"));
            _crowd.Receive(i, Join(string.Create(CultureInfo.InvariantCulture, $"room-{i / roomSize}")));
            _crowd.Receive(i, everybody);
        }

        if (_hub.UserCount != connections || _hub.MemberCount != 2L * connections)
        {
            throw new InvalidOperationException($"{_hub.UserCount} users, {_hub.MemberCount} memberships");
        }
    }

    /// <summary>Says what each of so many connections takes.</summary>
    /// <inheritdoc cref="NodeCrowd(int, int, bool)"/>
    public static void Measure(int connections, int roomSize, bool bus)
    {
        // What is compiled and made once is no connection's.
        new NodeCrowd(roomSize, roomSize, bus).Dispose();
        MemoryUse before = MemoryUse.Settled();
        using var crowd = new NodeCrowd(connections, roomSize, bus);
        MemoryUse used = MemoryUse.Settled() - before;
        Console.WriteLine($"{connections:N0} connections, each: {used.Over(connections)}");
        GC.KeepAlive(crowd);
    }

    public void Dispose()
    {
        _crowd.Dispose();
        _hub.Dispose();
    }

    private static byte[] Join(string room)
    {
        var message = new ClientMessage { MessageId = Routes.Join, Seq = 1, Room = Encoding.UTF8.GetBytes(room) };
        byte[] payload = new byte[JsonCodec.MaxSize(message)];
        return ClientFrames.Frame(Opcode.Text, payload.AsSpan(0, JsonCodec.Write(message, payload)));
    }
}
