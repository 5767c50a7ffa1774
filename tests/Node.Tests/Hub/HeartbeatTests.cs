using Node.Hub;
using Node.Tests.Wire;
using Node.Wire;

namespace Node.Tests.Hub;

/// <summary>Who is silent, and who only could not be heard because the node itself was held up.</summary>
public sealed class HeartbeatTests
{
    private const int Interval = 10_000;
    private const int Timeout = 4_000;

    private static readonly HubOptions s_options = new() { HeartbeatInterval = Interval, HeartbeatTimeout = Timeout };

    [Fact]
    public void Whoever_answered_while_the_loop_stood_still_is_kept_however_many_they_are()
    {
        // More than one turn reads.
        const int Answering = 2_500;
        using var hub = new SimulatedHub(1, s_options);
        for (int i = 0; i < Answering; i++)
        {
            hub.Connect(0, new HubPeer($"/ws?user=user-{i}"));
        }

        SimulatedClient dead = hub.Connect(0, new HubPeer("/ws?user=dead"));
        hub.Settle();
        hub.Advance(Interval + 100);
        hub.Settle();
        Assert.All(hub.Clients, client => Assert.Equal(1, client.Peer.Pings));
        foreach (SimulatedClient client in hub.Clients.Take(Answering))
        {
            client.Socket.Write(FrameBytes.Client(Opcode.Pong, ""u8));
        }

        hub.Advance(2 * Timeout);
        hub.Settle();
        Assert.Equal(CloseCode.HeartbeatTimeout, dead.Peer.Closed?.Code);
        Assert.All(hub.Clients.Take(Answering), client => Assert.Null(client.Peer.Closed));
    }

    [Fact]
    public void A_ping_that_left_late_has_its_whole_time_for_an_answer()
    {
        using var hub = new SimulatedHub(1, s_options);
        SimulatedClient client = hub.Named(0, "alice");
        hub.Advance(3 * Interval);
        hub.Settle();
        Assert.Equal(1, client.Peer.Pings);
        hub.Advance(Timeout - 200);
        hub.Settle();
        Assert.Null(client.Peer.Closed);
        hub.Advance(300);
        hub.Settle();
        Assert.Equal(1, client.Peer.Pings);
        Assert.Equal(CloseCode.HeartbeatTimeout, client.Peer.Closed?.Code);
    }
}
