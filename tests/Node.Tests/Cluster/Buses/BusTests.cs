using Node.Hub;
using Node.Tests.Hub;
using Node.Tests.Messages;
using Node.Tests.Transport;
using Node.Wire.Messages;

namespace Node.Tests.Cluster.Buses;

/// <summary>What every bus does, whatever it is made of: real hubs, real clients.</summary>
public abstract class BusTests
{
    private const uint Unavailable = 114;

    private protected abstract Task<BusFixture> StartAsync(int nodes);

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(3, 3)]
    public async Task All_members_get_each_message_once_and_in_one_order(int nodes, int seed)
    {
        const int Each = 150;
        await using BusFixture bus = await StartAsync(nodes);
        HubClient[] clients = [.. await Task.WhenAll(Enumerable.Range(0, 2 * nodes).Select(i => bus.ClientAsync(i % nodes, $"user{i}")))];
        string[] rooms = ["lobby", "kitchen"];
        foreach (HubClient client in clients)
        {
            await client.JoinAsync(rooms[0]);
            await client.JoinAsync(rooms[1]);
        }

        var random = new Random(seed);
        List<(string Room, string Data)>[] sent = [.. clients.Select((_, i) => Enumerable.Range(0, Each)
            .Select(n => (rooms[random.Next(2)], $"\"{i}:{n}\"")).ToList())];
        List<MessageModel>[] heard = await Task.WhenAll(clients.Select((client, i) => TalkAsync(client, sent[i], clients.Length * Each)));
        foreach (string room in rooms)
        {
            List<string>[] orders = [.. heard.Select(all => all.Where(message => message.Room == room).Select(message => message.Data).ToList())];
            Assert.All(orders, order => Assert.Equal(orders[0], order));
            Assert.Equal(sent.SelectMany(all => all).Where(one => one.Room == room).Select(one => one.Data).Order(), orders[0].Order());
            Assert.All(heard, all => Assert.Equal(
                Enumerable.Range(1, orders[0].Count).Select(n => (ulong)n),
                all.Where(message => message.Room == room).Select(message => message.Offset)));
            for (int i = 0; i < clients.Length; i++)
            {
                Assert.Equal(
                    sent[i].Where(one => one.Room == room).Select(one => one.Data),
                    orders[0].Where(data => data.StartsWith($"\"{i}:", StringComparison.Ordinal)));
            }
        }

        await EndAsync(clients);
    }

    [Fact]
    public async Task What_is_published_after_the_answer_to_a_join_is_not_missed()
    {
        await using BusFixture bus = await StartAsync(2);
        await using HubClient alice = await bus.ClientAsync(0, "alice");
        await using HubClient bob = await bus.ClientAsync(1, "bob");
        for (int i = 0; i < 40; i++)
        {
            (HubClient first, HubClient second) = i % 2 == 0 ? (alice, bob) : (bob, alice);
            MessageModel open = await first.JoinAsync($"room{i}");
            await first.SendAsync(HubClient.Of("publish", $"room{i}", "\"early\""));
            MessageModel joined = await second.JoinAsync($"room{i}");
            Assert.Equal(open.Epoch, joined.Epoch);
            MessageModel answer = await first.RequestAsync(HubClient.Of("publish", $"room{i}", "\"late\""));
            Assert.Equal(2UL, answer.Offset);
            MessageModel late = await second.ReceiveAsync(message => message is { MessageId: "publish", Data: "\"late\"" } && message.Room == $"room{i}");
            Assert.Equal(2UL, late.Offset);
            int early = second.Peer.Inbox.Count(message => message.Data == "\"early\"" && message.Room == $"room{i}");
            Assert.Equal((int)(1 - joined.Offset), early);
        }
    }

    [Fact]
    public async Task A_user_is_reached_on_all_nodes_once_each()
    {
        await using BusFixture bus = await StartAsync(3);
        HubClient[] bobs = [await bus.ClientAsync(0, "bob"), await bus.ClientAsync(1, "bob"), await bus.ClientAsync(1, "bob")];
        await using HubClient alice = await bus.ClientAsync(2, "alice");
        await using HubClient carol = await bus.ClientAsync(0, "carol");

        // A user's link is not answered: the first message that comes shows that it stands.
        foreach (HubClient bob in bobs)
        {
            await ReachAsync(alice, bob, "bob");
        }

        Array.ForEach(bobs, bob => bob.Peer.Inbox.Clear());
        for (int i = 1; i <= 20; i++)
        {
            MessageModel answer = await alice.RequestAsync(HubClient.Of("direct", data: $"{i}") with { User = "bob" });
            Assert.Equal(0u, answer.ErrorCode);
        }

        foreach (HubClient bob in bobs)
        {
            await bob.ReceiveAsync(message => message is { MessageId: "direct", Data: "20", User: "alice" });
            string[] numbers = [.. (await bob.DrainAsync()).Where(message => message.MessageId == "direct" && message.Data != "0").Select(message => message.Data)];
            Assert.Equal(Enumerable.Range(1, 19).Select(n => $"{n}"), numbers);
        }

        Assert.DoesNotContain(await carol.DrainAsync(), message => message.MessageId == "direct");
        await EndAsync(bobs);
    }

    [Fact]
    public async Task Everybody_is_everybody_once()
    {
        await using BusFixture bus = await StartAsync(3);
        HubClient[] clients = [.. await Task.WhenAll(Enumerable.Range(0, 3).Select(i => bus.ClientAsync(i, $"user{i}")))];
        await ReachEverybodyAsync(bus, clients);
        for (int i = 1; i <= 10; i++)
        {
            Assert.Equal(BusOutcome.Done, (await PublishAsync(bus.Nodes[i % 3], BusTargetKind.Everybody, "", $"{i}")).Outcome);
        }

        foreach (HubClient client in clients)
        {
            List<string> heard = [];
            while (heard.Count < 10)
            {
                heard.Add((await client.ReceiveAsync(message => message.MessageId == "broadcast" && message.Data != "0")).Data);
            }

            Assert.Equal(Enumerable.Range(1, 10).Select(n => $"{n}").Order(), heard.Order());
        }

        await EndAsync(clients);
    }

    [Fact]
    public async Task Members_elsewhere_hear_who_comes_and_leaves()
    {
        await using BusFixture bus = await StartAsync(2);
        await using HubClient alice = await bus.ClientAsync(0, "alice");
        await using HubClient bob = await bus.ClientAsync(1, "bob");
        await alice.JoinAsync("lobby");
        await bob.JoinAsync("lobby");
        await alice.ReceiveAsync(message => message is { MessageId: "joined", User: "bob", Room: "lobby", Offset: 0 });
        await using HubClient carol = await bus.ClientAsync(1, "carol");
        await carol.JoinAsync("lobby");
        await alice.ReceiveAsync(message => message is { MessageId: "joined", User: "carol" });
        await carol.RequestAsync(HubClient.Of("leave", "lobby"));
        await alice.ReceiveAsync(message => message is { MessageId: "left", User: "carol" });
        Assert.DoesNotContain(await alice.DrainAsync(), message => message.MessageId is "joined" or "left");
    }

    [Fact]
    public async Task Who_has_left_hears_no_more_and_comes_back_to_the_same_numbers()
    {
        await using BusFixture bus = await StartAsync(2);
        await using HubClient alice = await bus.ClientAsync(0, "alice");
        await using HubClient bob = await bus.ClientAsync(1, "bob");
        await alice.JoinAsync("lobby");
        MessageModel joined = await bob.JoinAsync("lobby");
        await alice.RequestAsync(HubClient.Of("publish", "lobby", "1"));
        await bob.ReceiveAsync(message => message is { MessageId: "publish", Offset: 1 });
        await bob.RequestAsync(HubClient.Of("leave", "lobby"));
        for (int i = 2; i <= 6; i++)
        {
            Assert.Equal((ulong)i, (await alice.RequestAsync(HubClient.Of("publish", "lobby", $"{i}"))).Offset);
        }

        MessageModel again = await bob.JoinAsync("lobby");
        Assert.Equal((6UL, joined.Epoch), (again.Offset, again.Epoch));
        await alice.RequestAsync(HubClient.Of("publish", "lobby", "7"));
        await bob.ReceiveAsync(message => message is { MessageId: "publish", Offset: 7 });
        Assert.DoesNotContain(await bob.DrainAsync(), message => message.MessageId == "publish");
    }

    [Fact]
    public async Task Away_a_publish_and_a_join_fail_after_a_while_and_back_all_goes_on()
    {
        await using BusFixture bus = await StartAsync(2);
        Assert.SkipUnless(bus.CanBeAway, "there is nothing that can be away");
        await using HubClient alice = await bus.ClientAsync(0, "alice");
        await using HubClient bob = await bus.ClientAsync(1, "bob");
        await alice.JoinAsync("lobby");
        await bob.JoinAsync("lobby");
        await alice.RequestAsync(HubClient.Of("publish", "lobby", "1"));
        await bus.TakeAwayAsync();
        Task<MessageModel> publish = alice.RequestAsync(HubClient.Of("publish", "lobby", "2"));
        Task<MessageModel> join = bob.RequestAsync("join", "kitchen");
        Assert.Equal(Unavailable, (await publish).ErrorCode);
        Assert.Equal(Unavailable, (await join).ErrorCode);

        // What begins while it is away and lasts until it is back is only late.
        Task<MessageModel> late = alice.RequestAsync(HubClient.Of("publish", "lobby", "3"));
        await bus.BringBackAsync();
        Assert.Equal(0u, (await late).ErrorCode);

        // A node that can join a room is back.
        await alice.JoinAsync("kitchen");
        await bob.JoinAsync("kitchen");
        Assert.Equal(0u, (await bob.RequestAsync(HubClient.Of("publish", "lobby", "4"))).ErrorCode);
        foreach (HubClient client in new[] { alice, bob })
        {
            // One that failed may have come all the same; none comes twice. In Redis, one that was sent before a node was back is lost to it.
            await client.ReceiveAsync(message => message is { MessageId: "publish", Seq: 0, Data: "4" });
            List<MessageModel> others = await client.DrainAsync();
            Assert.InRange(others.Count(message => message is { MessageId: "publish", Seq: 0, Data: "3" }), bus.LosesWhileAway ? 0 : 1, 1);
            Assert.DoesNotContain(others, message => message is { MessageId: "publish", Seq: 0, Data: "4" });
        }
    }

    [Fact]
    public async Task Away_no_more_waits_than_may()
    {
        await using BusFixture bus = await StartAsync(1);
        Assert.SkipUnless(bus.CanBeAway, "there is nothing that can be away");
        await using HubClient alice = await bus.ClientAsync(0, "alice");
        await alice.JoinAsync("lobby");
        await bus.TakeAwayAsync();
        int overloaded = 0, unavailable = 0;
        const int Offered = 120_000;
        for (int i = 0; i < Offered; i++)
        {
            Publish(bus.Nodes[0], BusTargetKind.Room, "lobby", "1", answer =>
                Interlocked.Increment(ref answer.Outcome == BusOutcome.Overloaded ? ref overloaded : ref unavailable));
        }

        await TestServer.UntilAsync(() => Volatile.Read(ref overloaded) + Volatile.Read(ref unavailable) == Offered);
        Assert.InRange(overloaded, 1, Offered - 1000);
        await bus.BringBackAsync();
        Assert.Equal(0u, (await alice.RequestAsync(HubClient.Of("publish", "lobby", "1"))).ErrorCode);
    }

    private protected static async Task<BusAnswer> PublishAsync(HubServer node, BusTargetKind kind, string name, string data)
    {
        var answered = new TaskCompletionSource<BusAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        Publish(node, kind, name, data, answered.SetResult);
        return await answered.Task.WaitAsync(HubClient.Patience);
    }

    private static void Publish(HubServer node, BusTargetKind kind, string name, string data, Action<BusAnswer> done)
    {
        var message = new ClientMessage
        {
            MessageId = kind switch { BusTargetKind.Room => "publish"u8, BusTargetKind.User => "direct"u8, _ => "broadcast"u8 },
            DataKind = DataKind.Json, Data = System.Text.Encoding.UTF8.GetBytes(data),
        };
        node.Hub.Bus!.Publish(kind, System.Text.Encoding.UTF8.GetBytes(name), message, done);
    }

    /// <summary>Sends all, and takes what comes until so many have come.</summary>
    private static async Task<List<MessageModel>> TalkAsync(HubClient client, List<(string Room, string Data)> sent, int expected)
    {
        // One reader and one writer at a time.
        Task sending = Task.Run(async () =>
        {
            foreach ((string room, string data) in sent)
            {
                await client.SendAsync(HubClient.Of("publish", room, data));
            }
        });
        await client.UntilAsync(() => client.Peer.Inbox.Count(message => message is { MessageId: "publish", Seq: 0 }) >= expected);
        await sending;
        return [.. (await client.DrainAsync()).Where(message => message is { MessageId: "publish", Seq: 0 })];
    }

    private static async Task ReachAsync(HubClient from, HubClient to, string user)
    {
        Task<MessageModel> reached = to.ReceiveAsync(message => message is { MessageId: "direct", Data: "0" });
        while (!reached.IsCompleted)
        {
            await from.RequestAsync(HubClient.Of("direct", data: "0") with { User = user });
            await from.RequestAsync("ping");
        }

        await reached;
    }

    private static async Task ReachEverybodyAsync(BusFixture bus, HubClient[] clients)
    {
        Task reached = Task.WhenAll(clients.Select(client => client.ReceiveAsync(message => message is { MessageId: "broadcast", Data: "0" })));
        while (!reached.IsCompleted)
        {
            await Task.WhenAll(bus.Nodes.Select(node => PublishAsync(node, BusTargetKind.Everybody, "", "0")));
        }

        await reached;
    }

    private static async Task EndAsync(HubClient[] clients)
    {
        foreach (HubClient client in clients)
        {
            await client.DisposeAsync();
        }
    }
}
