using Node.Hub;
using Node.Tests.Messages;
using Node.Tests.Simulation;
using Node.Transport;
using Node.Wire;

namespace Node.Tests.Hub;

/// <summary>200 members, of whom 20 stop to read while a thousand messages come.</summary>
public class SlowConsumerTests
{
    private const int Members = 200;
    private const int Slow = 20;
    private const int Messages = 1_000;
    private const int Bound = 8_000;

    public static TheoryData<Overflow, bool, int> Ways
    {
        get
        {
            var ways = new TheoryData<Overflow, bool, int>();
            foreach (Overflow overflow in Enum.GetValues<Overflow>())
            {
                ways.Add(overflow, false, 1);
                ways.Add(overflow, true, 3);
            }

            return ways;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_slow_member_costs_a_bounded_queue_and_nobody_else_anything(Overflow overflow, bool perRoom, int loops)
    {
        var policy = new SendPolicy(overflow, Bound);
        using var hub = new SimulatedHub(
            loops,
            perRoom ? new HubOptions { RoomPolicies = [new RoomPolicy("ticker*", policy)] } : new HubOptions { Queue = policy },
            faults: new SimulatedFaults { SendBufferBytes = 16 * 1024 });
        for (int i = 0; i < Members; i++)
        {
            hub.Connect(i % loops, new HubPeer($"/ws?user=user{i}")).Send("join", "ticker");
        }

        hub.Settle();
        hub.Clients.ForEach(client => client.Take());
        SimulatedClient[] slow = [.. hub.Clients.Take(Slow)];
        SimulatedClient[] quick = [.. hub.Clients.Skip(Slow)];
        var heard = quick.ToDictionary(client => client, _ => new MemoryStream());
        for (int i = 1; i <= Messages; i++)
        {
            _ = hub.Hub.PublishAsync("ticker", $"message {i} of a stream that does not stop for anybody");
            for (int turn = 0; turn < 2 * loops; turn++)
            {
                hub.Turn(turn % loops);
            }

            if (i % 20 == 0)
            {
                Array.ForEach(quick, client => heard[client].Write(client.Socket.Read()));
                AssertBounded(hub, overflow);
            }
        }

        AssertQuick(quick, heard);
        hub.Settle();
        Array.ForEach(slow, client => AssertSlow(client, overflow));
        AssertCounters(hub, overflow);
    }

    private static void AssertBounded(SimulatedHub hub, Overflow overflow)
    {
        foreach (EventLoop loop in hub.Loops)
        {
            // A close frame and the rest of a frame on the wire stand beside the bound.
            loop.ForEach(connection => Assert.InRange(connection.QueuedBytes, 0, Bound + (overflow == Overflow.Close ? 400 : 200)));
        }
    }

    private static void AssertQuick(SimulatedClient[] quick, Dictionary<SimulatedClient, MemoryStream> heard)
    {
        quick[0].Peer.Feed(heard[quick[0]].ToArray());
        Assert.Equal(Enumerable.Range(1, Messages).Select(i => (ulong)i), quick[0].Take().Select(message => message.Offset));
        byte[] all = heard[quick[0]].ToArray();
        Assert.All(quick, client => Assert.True(heard[client].ToArray().AsSpan().SequenceEqual(all)));
    }

    private static void AssertSlow(SimulatedClient client, Overflow overflow)
    {
        ulong[] offsets = [.. client.Take().Select(message => message.Offset)];
        Assert.Equal(offsets.Order().Distinct(), offsets);
        if (overflow == Overflow.Close)
        {
            Assert.Equal(CloseCode.SlowConsumer, client.Peer.Closed?.Code);
            Assert.Equal(Enumerable.Range(1, offsets.Length).Select(i => (ulong)i), offsets);
            return;
        }

        Assert.Null(client.Peer.Closed);
        Assert.True(offsets.Length < Messages, "something was dropped");
        Assert.Equal((ulong)Messages, offsets[^1]);
    }

    private static void AssertCounters(SimulatedHub hub, Overflow overflow)
    {
        long Sum(Func<LoopCounters, long> counter) => hub.Loops.Sum(loop => counter(loop.Counters));
        Assert.Equal(overflow == Overflow.DropOldest, Sum(counters => counters.DroppedOldest) > 0);
        Assert.Equal(overflow == Overflow.LatestOnly, Sum(counters => counters.DroppedConflated) > 0);
        Assert.Equal(overflow == Overflow.Close ? Slow : 0, Sum(counters => counters.OverflowCloses));
        Assert.Equal(0, Sum(counters => counters.QueuedBytes));
        Assert.Empty(hub.LoopFaults);
    }
}
