using Node.Hub;
using Node.Tests.Messages;
using Node.Transport;
using Node.Wire;
using Node.Wire.Messages;

namespace Node.Tests.Hub;

/// <summary>One message to many, in whatever ways they want it.</summary>
public class FanoutTests
{
    [Fact]
    public void Members_with_a_context_of_their_own_do_not_fill_the_turns_memory()
    {
        var own = new DeflateOptions { Enabled = true, MinSize = 64, ServerNoContextTakeover = false };
        using var hub = new SimulatedHub(
            1,
            new HubOptions { Deflate = own, MaxMessageBytes = 1024 * 1024, Queue = new(Overflow.Close, 64 * 1024 * 1024) },
            faults: new Simulation.SimulatedFaults { SendBufferBytes = 64 * 1024 * 1024 });
        DeflateOptions?[] kinds = [own, null, own with { ServerNoContextTakeover = true }];
        for (int i = 0; i < 24; i++)
        {
            hub.Connect(0, new HubPeer($"/ws?user=user{i}", proto: i % 2 == 0, deflate: kinds[i % 3])).Send("join", "lobby");
        }

        hub.Settle();
        hub.Clients.ForEach(client => client.Take());
        var bytes = new byte[500_000];
        new Random(1).NextBytes(bytes);
        string data = $"\"{Convert.ToBase64String(bytes)}\"";
        _ = hub.Hub.PublishAsync("lobby", Payload.RawJson(System.Text.Encoding.ASCII.GetBytes(data)));
        int sentBefore = 0;
        hub.Loops[0].TurnEnding = () => sentBefore = hub.Clients.Count(client => client.Socket.Unread > 0);
        hub.Turn(0);
        Assert.InRange(sentBefore, 1, 23);

        // The frame numbers from before the flush are void: who shares a frame must get it from after.
        hub.Settle();
        Assert.All(hub.Clients, client => Assert.Equal(data, client.Take().Single(message => message.MessageId == "publish").Data));
        Assert.Empty(hub.LoopFaults);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_great_many_are_sent_to_while_the_others_have_yet_their_turn(bool everybody)
    {
        const int Members = Outbox.EarlyEntries + 1000;
        var deflate = new DeflateOptions { Enabled = true, MinSize = 64 };
        using var hub = new SimulatedHub(1, new HubOptions { Deflate = deflate, PresenceLimit = 0 });
        for (int i = 0; i < Members; i++)
        {
            hub.Connect(0, new HubPeer($"/ws?user=user{i}", proto: i % 2 == 0, deflate: i % 10 == 0 ? deflate : null)).Send("join", "lobby");
        }

        // No names: neither gets anything.
        SimulatedClient unnamed = hub.Connect(0, new HubPeer("/ws"));
        hub.Settle();
        hub.Clients.ForEach(client => client.Take());
        string data = $"\"{new string('x', 200)}\"";
        int Reached() => hub.Clients.Count(client => client.Socket.Unread > 0);
        (int AtAnswer, int Early, uint Said) seen = default;
        var pushed = new BusDelivery
        {
            Kind = everybody ? BusTargetKind.Everybody : BusTargetKind.Room, Name = "lobby"u8.ToArray(), MessageId = "push"u8.ToArray(), User = default,
            DataKind = DataKind.Json, Data = System.Text.Encoding.ASCII.GetBytes(data), Offset = 1,
        };
        hub.Hub.Deliver([pushed], counts => (seen.AtAnswer, seen.Said) = (Reached(), counts[0]));
        hub.Loops[0].TurnEnding = () => seen.Early = Reached();
        hub.Turn(0);

        // Whoever pushes is answered before anything is sent.
        Assert.Equal((0, Outbox.EarlyEntries, (uint)Members), seen);
        Assert.Equal(Members, Reached());
        hub.Settle();
        Assert.All(hub.Clients, client => Assert.Equal(client == unnamed ? [] : [data], client.Take().Select(message => message.Data)));
        Assert.Empty(hub.LoopFaults);
    }

    [Fact]
    public void An_answer_that_cannot_be_given_loses_no_delivery()
    {
        using var hub = new SimulatedHub(1);
        SimulatedClient client = hub.Named(0, "alice");
        BusDelivery To(BusTargetKind kind, string name) => new()
        {
            Kind = kind, Name = System.Text.Encoding.ASCII.GetBytes(name), MessageId = default, User = default, DataKind = DataKind.Json, Data = "1"u8.ToArray(),
        };
        hub.Hub.Deliver([To(BusTargetKind.User, "alice"), To(BusTargetKind.Everybody, "")], _ => throw new InvalidOperationException("nobody listens"));
        hub.Settle();
        Assert.Equal(["direct", "broadcast"], client.Take().Select(message => message.MessageId));
        Assert.Single(hub.LoopFaults);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_is_closed_but_has_yet_to_leave_a_room_costs_the_others_nothing(bool ownContext)
    {
        var deflate = new DeflateOptions { Enabled = true, MinSize = 16, ServerNoContextTakeover = !ownContext };
        using var hub = new SimulatedHub(1, new HubOptions { Deflate = deflate, PresenceLimit = 0 });
        for (int i = 0; i < 3; i++)
        {
            SimulatedClient client = hub.Connect(0, new HubPeer($"/ws?user=user{i}", deflate: deflate));
            client.Send("join", "a");
            client.Send("join", "b");
        }

        hub.Settle();
        hub.Clients.ForEach(client => client.Take());
        byte[] data = System.Text.Encoding.ASCII.GetBytes($"\"{new string('x', 200)}\"");
        int told = 0;
        hub.Hub.Left += left =>
        {
            told++;
            _ = hub.Hub.PublishAsync(left.Room == "a" ? "b" : "a", Payload.RawJson(data));
        };
        hub.Clients[0].Socket.Reset();
        hub.Settle();
        Assert.Equal(2, told);
        Assert.All(hub.Clients[1..], client => Assert.Equal(["publish", "publish"], client.Take().Select(message => message.MessageId)));
        Assert.Empty(hub.LoopFaults);
    }

    [Fact]
    public async Task A_paced_broadcast_at_any_rate_reaches_everybody()
    {
        using var hub = new SimulatedHub(1);
        SimulatedClient client = hub.Named(0, "alice");
        Task<int> reached = hub.Hub.BroadcastAsync(Payload.RawJson("1"u8.ToArray()), rate: int.MaxValue);
        List<MessageModel> arrived = [];
        for (var deadline = DateTime.UtcNow.AddSeconds(20); arrived.Count == 0 && DateTime.UtcNow < deadline; await Task.Yield())
        {
            hub.Settle();
            arrived.AddRange(client.Take());
        }

        Assert.Equal(1, await reached);
        Assert.Equal("broadcast", Assert.Single(arrived).MessageId);
    }

    [Fact]
    public void Who_is_named_is_counted_however_the_connection_ends()
    {
        var random = new Random(7);
        using var hub = new SimulatedHub(
            2, new HubOptions { PresenceLimit = 0, Queue = new(Overflow.Close, 3000) }, faults: new Simulation.SimulatedFaults { SendBufferBytes = 3000 });
        for (int i = 0; i < 400; i++)
        {
            hub.Connect(i % 2, new HubPeer($"/ws?user=user{i}", proto: i % 3 == 0)).Send("join", "lobby");
        }

        hub.Settle();
        byte[] data = System.Text.Encoding.ASCII.GetBytes($"\"{new string('x', 1400)}\"");
        for (int round = 0; round < 12; round++)
        {
            hub.Clients.Where(_ => random.Next(40) == 0).ToList().ForEach(client => client.Socket.Reset());
            hub.Clients.Where(_ => random.Next(40) == 0).ToList().ForEach(client => client.Socket.End());
            _ = hub.Hub.PublishAsync("lobby", Payload.RawJson(data));
            _ = hub.Hub.BroadcastAsync(Payload.RawJson(data));
            hub.Turn(round % 2);
            hub.Turn(1 - (round % 2));
            foreach (Bucket bucket in hub.Hub.Buckets)
            {
                EventLoop loop = bucket.Loop;
                Assert.Equal(Enumerable.Range(0, loop.Slots).Count(slot => loop.InSlot(slot)?.Handler is Channel { IsNamed: true }), bucket.Counters.Named);
            }

            hub.Clients.Where(_ => random.Next(2) == 0).ToList().ForEach(client => client.Read());
        }

        Assert.True(hub.Loops.Sum(loop => loop.Counters.OverflowCloses) > 0, "nobody was too slow");
        hub.Clients.ForEach(client => client.Socket.Reset());
        hub.Settle();
        hub.AssertEmpty();
        Assert.Equal(0, hub.Hub.Buckets.Sum(bucket => bucket.Counters.Named));
    }

    [Fact]
    public void Only_small_rooms_tell_who_comes_and_goes()
    {
        using var hub = new SimulatedHub(2, new HubOptions { PresenceLimit = 2 });
        SimulatedClient[] clients = [.. Enumerable.Range(0, 4).Select(i => hub.Named(i % 2, $"user{i}"))];
        foreach (SimulatedClient client in clients)
        {
            client.Send("join", "lobby", seq: 1);
            hub.Settle();
        }

        Assert.Equal(["join", "joined"], clients[0].Take().Select(message => message.MessageId));

        // Any two of them.
        Assert.Matches("""^{"count":4,"users":\["user([0-3])","user(?!\1)[0-3]"\]}$""", clients[3].Take().Single().Data);
        clients[3].Send("leave", "lobby");
        hub.Settle();
        Assert.Empty(clients[0].Take());
        clients[2].Send("leave", "lobby");
        hub.Settle();
        Assert.Equal(["left"], clients[0].Take().Select(message => message.MessageId));
    }

    [Fact]
    public void A_policy_is_found_by_name_or_prefix_and_the_first_one_counts()
    {
        var first = new SendPolicy(Overflow.LatestOnly, 1);
        var second = new SendPolicy(Overflow.DropOldest, 2);
        var options = new HubOptions { RoomPolicies = [new RoomPolicy("ticker", first), new RoomPolicy("tick*", second)] };
        Assert.Same(first, options.SendPolicyOf("ticker"u8));
        Assert.Same(second, options.SendPolicyOf("tickers"u8));
        Assert.Same(options.Queue, options.SendPolicyOf("lobby"u8));
    }
}
