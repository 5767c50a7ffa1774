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
    public void Pings_that_were_held_up_together_come_apart_again_as_they_were()
    {
        const int Apart = 3_000;
        using var hub = new SimulatedHub(1, s_options);
        SimulatedClient alice = hub.Named(0, "alice");
        hub.Advance(Apart);
        SimulatedClient bob = hub.Named(0, "bob");
        hub.Advance(Interval + 1_000);
        hub.Settle();
        Assert.Equal((1, 1), (alice.Peer.Pings, bob.Peer.Pings));
        Answer(alice);
        Answer(bob);

        // Alice's next is due at twice the interval, Bob's so much later as he came.
        hub.Advance((2 * Interval) - (Apart + Interval + 1_000) + 100);
        hub.Settle();
        Assert.Equal((2, 1), (alice.Peer.Pings, bob.Peer.Pings));
        Answer(alice);
        hub.Advance(Apart);
        hub.Settle();
        Assert.Equal((2, 2), (alice.Peer.Pings, bob.Peer.Pings));
        Answer(bob);
        hub.Advance(Interval - Apart);
        hub.Settle();
        Assert.Equal((3, 2), (alice.Peer.Pings, bob.Peer.Pings));

        void Answer(SimulatedClient client)
        {
            client.Socket.Write(FrameBytes.Client(Opcode.Pong, ""u8));
            hub.Settle();
        }
    }

    [Fact]
    public void Who_speaks_after_a_late_ping_is_not_pinged_before_a_whole_interval_of_silence()
    {
        using var hub = new SimulatedHub(1, s_options);
        SimulatedClient client = hub.Named(0, "alice");
        hub.Advance(Interval + 6_000);
        hub.Settle();
        client.Socket.Write(FrameBytes.Client(Opcode.Pong, ""u8));
        hub.Settle();
        client.Socket.Write(FrameBytes.Client(Opcode.Ping, ""u8));
        hub.Settle();
        hub.Advance(Interval - 200);
        hub.Settle();
        Assert.Equal(1, client.Peer.Pings);
        hub.Advance(300);
        hub.Settle();
        Assert.Equal(2, client.Peer.Pings);
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
