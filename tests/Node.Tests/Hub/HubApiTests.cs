using System.Collections.Concurrent;
using Node.Hub;
using Node.Tests.Messages;
using Node.Transport;

namespace Node.Tests.Hub;

/// <summary>What an application does to a hub from outside its loops.</summary>
public class HubApiTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Sending_publishing_and_presence_from_any_thread(int loops)
    {
        using var server = new HubServer(loops);
        await using HubClient alice = await HubClient.NamedAsync(server, "alice");
        await using HubClient bob = await HubClient.NamedAsync(server, "bob", proto: true);
        await alice.JoinAsync("lobby");
        await bob.JoinAsync("lobby");
        RoomDelivery delivery = await server.Hub.PublishAsync("lobby", "news");
        Assert.Equal((1UL, 2), (delivery.Offset, delivery.Connections));
        Assert.NotEmpty(delivery.Epoch);
        Assert.Equal(new RoomDelivery(0, "", 0), await server.Hub.PublishAsync("nowhere", "news"));
        MessageModel heard = await bob.ReceiveAsync("publish");
        Assert.Equal(("", 1UL, "\"news\""), (heard.User, heard.Offset, heard.Data));

        Assert.Equal(1, await server.Hub.SendToUserAsync("alice", "hi", "note"));
        Assert.Equal(0, await server.Hub.SendToUserAsync("nobody", "hi"));
        Assert.Equal("\"hi\"", (await alice.ReceiveAsync("note")).Data);

        RoomPresence presence = await server.Hub.PresenceAsync("lobby");
        Assert.Equal((2, 2, 1UL), (presence.Connections, presence.UserCount, presence.Offset));
        Assert.Equal(["alice", "bob"], presence.Users.Order());
        Assert.Equal(0, (await server.Hub.PresenceAsync("nowhere")).Connections);
        Assert.Equal((2, 2, 1), (server.Hub.SessionCount, server.Hub.UserCount, server.Hub.RoomCount));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_broadcast_reaches_who_is_named(int loops)
    {
        using var server = new HubServer(loops);
        await using HubClient alice = await HubClient.NamedAsync(server, "alice");
        await using HubClient bob = await HubClient.NamedAsync(server, "bob", proto: true);
        await using HubClient nameless = await HubClient.OpenAsync(server, new HubPeer());
        Assert.Equal(2, await server.Hub.BroadcastAsync("to all", "notice"));
        await server.TurnAsync();
        Assert.Equal("\"to all\"", (await alice.ReceiveAsync("notice")).Data);
        Assert.Equal("\"to all\"", (await bob.ReceiveAsync("notice")).Data);
        MessageModel first = await nameless.RequestAsync(HubClient.Of("connect") with { User = "carol" });
        Assert.Equal("connect", first.MessageId);
        Assert.Empty(await nameless.DrainAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Events_come_in_order_with_rising_generations(int loops)
    {
        var events = new ConcurrentQueue<HubEvent>();
        using var server = new HubServer(loops, map: hub =>
        {
            hub.Connected += events.Enqueue;
            hub.Authenticated += events.Enqueue;
            hub.Joined += events.Enqueue;
            hub.Left += events.Enqueue;
            hub.Disconnected += events.Enqueue;
            hub.Disconnected += _ => throw new InvalidOperationException("a listener's own fault");
        });
        HubClient alice = await HubClient.NamedAsync(server, "alice");
        await alice.JoinAsync("one");
        await alice.JoinAsync("one");
        await alice.JoinAsync("two");
        await alice.RequestAsync("leave", "one");
        await alice.SendAsync(HubPeer.Close(1000));
        await alice.ReceiveCloseAsync();
        await alice.DisposeAsync();
        await server.AssertEmptyAsync();
        await server.UntilAsync(() => !server.Faults.IsEmpty);
        Assert.Equal(
            [
                (HubEventKind.Connected, null), (HubEventKind.Authenticated, null), (HubEventKind.Joined, "one"),
                (HubEventKind.Joined, "two"), (HubEventKind.Left, "one"), (HubEventKind.Left, "two"), (HubEventKind.Disconnected, null),
            ],
            events.Select(e => (e.Kind, e.Room)));
        Assert.All(events.Zip(events.Skip(1)), pair => Assert.True(pair.First.Generation < pair.Second.Generation));
        Assert.All(events.Skip(1), e => Assert.Equal("alice", e.User));
        Assert.All(events, e => Assert.True(e.Channel.Generation < e.Generation));
        Assert.Equal("Disconnected", server.Faults.Single().Where);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_channel_can_be_sent_to_and_ended_from_any_thread(int loops)
    {
        var channels = new ConcurrentQueue<Channel>();
        using var server = new HubServer(loops, map: hub => hub.Joined += e => channels.Enqueue(e.Channel));
        await using HubClient alice = await HubClient.NamedAsync(server, "alice");
        await alice.JoinAsync("one");
        await alice.JoinAsync("two");
        Channel channel = channels.First();
        channel.Send("note", Payload.Json(new { n = 1 }));
        Assert.Equal("{\"n\":1}", (await alice.ReceiveAsync("note")).Data);
        IReadOnlyList<string> rooms = [];
        await LoopGroup.RunAsync(channel.Connection.Loop, () => rooms = channel.RoomNames);
        Assert.Equal(["one", "two"], rooms);
        Assert.Throws<ArgumentOutOfRangeException>(() => channel.Disconnect(1006, "not on the wire"));
        channel.Disconnect(4001, "the application's own");
        Assert.Equal(4001, await alice.ReceiveCloseAsync());
    }

    [Fact]
    public async Task New_options_hold_from_the_next_message_on()
    {
        using var server = new HubServer(2, new HubOptions { NodeId = "n1", MaxMessageBytes = 100 });
        await using HubClient alice = await HubClient.NamedAsync(server, "alice");
        await alice.JoinAsync("lobby");
        server.Hub.Apply(new HubOptions
        {
            NodeId = "another", Echo = true, MaxMessageBytes = 10_000, MaxRoomsPerConnection = 1,
            History = new HistoryOptions(MaxMessages: 2), RoomPolicies = [new RoomPolicy("lob*", new SendPolicy(Overflow.LatestOnly, 9_000))],
        });
        await server.UntilAsync(() => server.Hub.Buckets.All(bucket => bucket.Options.MaxRoomsPerConnection == 1));
        Assert.Equal(ErrorCode.LimitExceeded, (await alice.RequestAsync("join", "two")).ErrorCode);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(0u, (await alice.RequestAsync("publish", "lobby", "\"" + new string('x', 2_000) + "\"")).ErrorCode);
        }

        Assert.Equal(ErrorCode.TooLarge, (await alice.RequestAsync("publish", "lobby", "\"" + new string('x', 9_500) + "\"")).ErrorCode);
        MessageModel history = await alice.RequestAsync("history", "lobby");
        Assert.Contains("[{\"offset\":4,", history.Data, StringComparison.Ordinal);

        // These two are the node's for life.
        Assert.Equal(("n1", false), (server.Hub.Options.NodeId, server.Hub.Options.Echo));
    }

    [Fact]
    public void Metrics_tell_what_the_hub_does()
    {
        var seen = new Dictionary<string, double>();
        using var hub = new SimulatedHub(2);
        using var listener = new System.Diagnostics.Metrics.MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                // The hubs of other tests run on threads of their own at the same time.
                if (instrument.Meter.Name == HubMeter.Name && instrument.Meter.Scope == hub.Hub)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen[instrument.Name] = seen.GetValueOrDefault(instrument.Name) + value);
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => seen[instrument.Name] = seen.GetValueOrDefault(instrument.Name) + value);
        listener.Start();
        SimulatedClient alice = hub.Named(0, "alice");
        string room = hub.NameOwnedBy(0);
        alice.Send("join", room);
        hub.Settle();
        alice.Send("publish", room, "1");
        hub.Settle();
        alice.Socket.Write(HubPeer.Close(1000));
        hub.Connect(0, new HubPeer("/nowhere"));
        hub.Settle();
        listener.RecordObservableInstruments();
        foreach (string name in new[]
        {
            "node.handshakes", "node.messages.received", "node.messages.sent", "node.room.messages", "node.closes",
            "node.handshakes.refused", "node.fanout.duration", "node.sent", "node.loop.turns", "node.loop.busy",
        })
        {
            Assert.True(seen.GetValueOrDefault(name) > 0, $"{name} is {seen.GetValueOrDefault(name)}");
        }
    }
}
