using System.Globalization;
using Node.Connect.Cluster.Stores;
using Node.Rpc.Discovery;

namespace Node.Tests.Cluster.Buses;

/// <summary>
/// Whatever a store does in whatever order, a room has one order on all nodes, nothing comes twice, and every publish has its answer.
/// BUS_SEED=N runs one seed, BUS_SEEDS=N so many.
/// </summary>
public sealed class StoreBusSimulationTests
{
    private const int Steps = 2000;

    private static readonly int Seeds = int.Parse(Environment.GetEnvironmentVariable("BUS_SEEDS") ?? "300", CultureInfo.InvariantCulture);

    public static TheoryData<string> Ways => ["calm", "unsure", "forgetful", "lossy", "everything"];

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_room_has_one_order_without_gaps(string way)
    {
        string? only = Environment.GetEnvironmentVariable("BUS_SEED");
        int from = only is null ? 0 : int.Parse(only, CultureInfo.InvariantCulture);
        for (int seed = from; seed < (only is null ? Seeds : from + 1); seed++)
        {
            try
            {
                Run(new Random(seed), way);
            }
            catch (Exception exception)
            {
                Assert.Fail($"BUS_SEED={seed} ({way}): {exception}");
            }
        }
    }

    private static void Run(Random random, string way)
    {
        var log = new SimulatedLog();
        TargetKey[] rooms = [TargetKey.Room("lobby"), TargetKey.Room("kitchen")];
        Dictionary<(TargetKey, string, ulong), string> order = [];
        SimulatedBusNode[] nodes = [.. Enumerable.Range(0, 3).Select(i => new SimulatedBusNode(log, random, i, order))];
        bool isLossy = way is "lossy" or "everything";
        foreach (SimulatedBusNode node in nodes)
        {
            (node.Store.Unsure, node.MayMiss, node.MayJump) = (way is "unsure" or "everything" ? 10 : 0, isLossy, way is not ("calm" or "unsure"));
        }

        long now = 0;
        for (int i = 0; i < Steps; i++)
        {
            SimulatedBusNode node = nodes[random.Next(nodes.Length)];
            TargetKey room = rooms[random.Next(rooms.Length)];
            int what = random.Next(200);
            if (what < 4)
            {
                node.Toggle(room);
            }
            else if (what < 40)
            {
                node.Publish(room);
            }
            else if (what == 40 && way is "forgetful" or "everything")
            {
                log.Forget(room);
            }
            else if (what == 41 && isLossy)
            {
                node.Store.Lose();
            }

            Turn(nodes, now += random.Next(3));
        }

        Settle(nodes, now);
        Check(log, rooms, nodes, order);
    }

    private static void Turn(SimulatedBusNode[] nodes, long now)
    {
        foreach (SimulatedBusNode node in nodes)
        {
            node.Core.Tick(now);
            node.Store.Step();
            node.Core.Flush();
        }
    }

    /// <summary>Without faults, until nothing moves any more and all that waited has an answer.</summary>
    private static void Settle(SimulatedBusNode[] nodes, long now)
    {
        Array.ForEach(nodes, node => node.Store.Unsure = 0);
        for (long end = now + (2 * StoreBusCore.PatienceMs); now < end; now += 5)
        {
            Turn(nodes, now);
        }

        while (!nodes.All(node => node.Store.IsQuiet))
        {
            Turn(nodes, now);
        }
    }

    private static void Check(
        SimulatedLog log, TargetKey[] rooms, SimulatedBusNode[] nodes, Dictionary<(TargetKey, string, ulong), string> order)
    {
        Assert.NotEmpty(order);
        var stands = log.Events.Where(happened => happened.Batch is not null)
            .SelectMany(happened => happened.Batch!.Messages.Select((message, i) =>
                (Text: message.Data.ToStringUtf8(), Place: (happened.Target, happened.Batch.First + (ulong)i))))
            .ToDictionary(message => message.Text, message => message.Place);
        foreach (SimulatedBusNode node in nodes)
        {
            Assert.Equal((node.Published, 0), (node.Answered, node.Core.PendingCount));
            Assert.Equal(node.Wanted.Count, node.Core.TargetCount);
            foreach (TargetKey room in rooms.Where(node.Wanted.Contains))
            {
                (string epoch, ulong next) = Assert.NotNull(log.RoomOf(room));
                Assert.Equal((epoch, next - 1), node.PlaceOf(room));
            }

            foreach ((TargetKey room, ulong offset, string text) in node.Promised)
            {
                Assert.Equal((room, offset), stands[text]);
            }
        }
    }
}
