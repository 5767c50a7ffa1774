using Node.Hub;
using Node.Tests.Messages;
using Node.Tests.Simulation;
using Node.Wire.Messages;

namespace Node.Tests.Hub;

/// <summary>Requests that are between a channel's loop and a room's owner while something else happens.</summary>
public class BetweenLoopsTests
{
    [Fact]
    public void A_leave_behind_a_join_that_is_pending_leaves()
    {
        using var hub = new SimulatedHub(2);
        SimulatedClient alice = hub.Named(0, "alice");
        string room = hub.NameOwnedBy(1);
        alice.Send("join", room, seq: 1);
        alice.Send("leave", room, seq: 2);
        hub.Settle();
        Assert.Equal([("join", 0u), ("leave", 0u)], alice.Take().Select(message => (message.MessageId, message.ErrorCode)));
        Assert.Equal(0, hub.Hub.RoomCount);
        Assert.Equal(0, hub.Hub.Buckets[0].Counters.Members);
        alice.Send("leave", room, seq: 3);
        hub.Settle();
        Assert.Equal(ErrorCode.NotAMember, alice.Take().Single().ErrorCode);
    }

    [Fact]
    public void Who_has_been_told_that_it_is_connected_can_be_reached()
    {
        using var hub = new SimulatedHub(2);
        SimulatedClient alice = hub.Named(0, "alice");
        string user = hub.NameOwnedBy(0, "user");
        SimulatedClient other = hub.Connect(1, new HubPeer($"/ws?user={user}"));
        hub.Turn(1);
        hub.Turn(1);
        other.Read();
        Assert.Equal("connect", other.Take().Single().MessageId);

        // The loop that owns the name has not turned since; the message comes in the same turn as the news of the user.
        alice.Send("direct", seq: 1, user: user);
        hub.Settle();
        Assert.Equal("{\"connections\":1}", alice.Take().Single().Data);
        Assert.Equal("direct", other.Take().Single().MessageId);
    }

    [Fact]
    public void Two_joins_of_one_room_make_one_member()
    {
        using var hub = new SimulatedHub(2);
        SimulatedClient alice = hub.Named(0, "alice");
        string room = hub.NameOwnedBy(1);
        alice.Send("join", room, seq: 1);
        alice.Send("join", room, seq: 2);
        hub.Settle();
        Assert.Equal(["{\"count\":1,\"users\":[\"alice\"]}", "{\"count\":1,\"users\":[\"alice\"]}"], alice.Take().Select(message => message.Data));
        Assert.Equal(1, hub.Hub.Buckets[1].Rooms.FindOwned(Utf8Comparer.Bytes(room))!.Members);
        alice.Send("publish", room, "1");
        hub.Settle();
        Assert.Single(alice.Take());
        alice.Send("leave", room, seq: 3);
        hub.Settle();
        Assert.Equal(0, hub.Hub.RoomCount);
    }

    [Fact]
    public void A_join_that_is_pending_counts_against_the_limit()
    {
        using var hub = new SimulatedHub(2, new HubOptions { MaxRoomsPerConnection = 2 });
        SimulatedClient alice = hub.Named(0, "alice");
        string[] rooms = [hub.NameOwnedBy(1, "a"), hub.NameOwnedBy(1, "b"), hub.NameOwnedBy(1, "c")];
        Array.ForEach(rooms, room => alice.Send("join", room, seq: 1));
        hub.Settle();
        Assert.Equal([0u, 0u, ErrorCode.LimitExceeded], alice.Take().Select(message => message.ErrorCode).Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_goes_while_joining_is_in_no_room(bool recovers)
    {
        using var hub = new SimulatedHub(2);
        SimulatedClient bob = hub.Named(1, "bob");
        string room = hub.NameOwnedBy(1);
        bob.Send("join", room, seq: 1);
        hub.Settle();
        string epoch = bob.Take().Single().Epoch;
        bob.Send("publish", room, "1");
        hub.Settle();
        SimulatedClient alice = hub.Named(0, "alice");
        alice.Send(HubClient.Of("join", room) with { Seq = 1, Epoch = recovers ? epoch : "" });
        hub.Turn(0);
        alice.Socket.Reset();
        hub.Turn(0);
        hub.Settle();
        Assert.Equal(1, hub.Hub.Buckets[1].Rooms.FindOwned(Utf8Comparer.Bytes(room))!.Members);
        Assert.Equal(["publish", "joined", "left"], bob.Take().Select(message => message.MessageId));
    }

    [Fact]
    public async Task What_one_sender_posts_keeps_its_order_whatever_another_posts()
    {
        // A message that a room numbered before a join would else be delivered behind it.
        using var server = new HubServer();
        Bucket bucket = server.Hub.Buckets[0];
        int[] seen = [0, 0];
        void Note(int sender, int number) => Assert.Equal(seen[sender]++, number);
        await Task.WhenAll(Enumerable.Range(0, 2).Select(sender => Task.Run(() =>
        {
            for (int i = 0; i < 40_000; i += 2)
            {
                int letter = i;
                int post = i + 1;
                bucket.Post(static (_, envelope) => ((Action)envelope.Target!)(), Envelope.Of((Action)(() => Note(sender, letter)), [], [], [], DataKind.None, []));
                bucket.Loop.Post(() => Note(sender, post));
            }
        })));
        await server.UntilAsync(() => seen.Sum() == 80_000);
    }

    [Fact]
    public void Publishes_of_one_member_are_numbered_in_its_order_and_reach_all_loops_alike()
    {
        using var hub = new SimulatedHub(3);
        string room = hub.NameOwnedBy(0);
        SimulatedClient[] members = [.. Enumerable.Range(0, 6).Select(i => hub.Named(i % 3, $"user{i}", proto: i % 2 == 0))];
        Array.ForEach(members, member => member.Send("join", room));
        hub.Settle();
        Array.ForEach(members, member => member.Take());
        for (int i = 0; i < 30; i++)
        {
            members[i % 6].Send("publish", room, $"{i}");
        }

        hub.Settle();
        List<MessageModel> first = members[0].Take();
        Assert.Equal(Enumerable.Range(1, 30).Select(i => (ulong)i), first.Select(message => message.Offset));
        Assert.All(members[1..], member => Assert.Equal(
            first.Select(message => (message.Offset, message.Data)), member.Take().Select(message => (message.Offset, message.Data))));
        for (int i = 0; i < 6; i++)
        {
            int[] own = [.. first.Where(message => message.User == $"user{i}").Select(message => int.Parse(message.Data))];
            Assert.Equal(own.Order(), own);
        }
    }

    [Fact]
    public void A_handshake_that_must_wait_is_not_overtaken_by_a_pong()
    {
        for (int seed = 1; seed <= 50; seed++)
        {
            using var hub = new SimulatedHub(1, random: new Random(seed), faults: new SimulatedFaults { Again = 0.5 });
            SimulatedClient client = hub.Connect(0, new HubPeer("/ws?user=alice"));
            client.Socket.Write(Wire.FrameBytes.Client(Node.Wire.Opcode.Ping, "early"u8));
            for (int i = 0; i < 20; i++)
            {
                hub.Turn(0);
            }

            hub.SetFaults(SimulatedFaults.None);
            hub.Settle();
            Assert.Equal("connect", client.Take().Single().MessageId);
        }
    }
}
