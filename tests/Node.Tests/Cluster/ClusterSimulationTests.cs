using StatusCode = Grpc.Core.StatusCode;

namespace Node.Tests.Cluster;

/// <summary>
/// Whatever happens, a room has one order, and who is in it misses nothing and gets nothing twice (<c>protocol/cluster.md</c>).
/// CLUSTER_SEED=N runs one seed, CLUSTER_SEEDS=N so many.
/// </summary>
public sealed class ClusterSimulationTests
{
    private static readonly int Seeds = int.Parse(
        Environment.GetEnvironmentVariable("CLUSTER_SEEDS") ?? "400", System.Globalization.CultureInfo.InvariantCulture);

    public static TheoryData<string> Ways => ["calm", "breaks", "managers", "nodes", "everything"];

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_room_has_one_order_without_gaps(string way)
    {
        SimulationFaults faults = way switch
        {
            "calm" => new(),
            "breaks" => new() { BreakStream = 10 },
            "managers" => new() { KillManager = 5, Managers = 3 },
            "nodes" => new() { KillNode = 3 },
            _ => new() { BreakStream = 5, KillManager = 4, KillNode = 2, Managers = 3, Nodes = 4 },
        };
        int late = 0;
        string? only = Environment.GetEnvironmentVariable("CLUSTER_SEED");
        int from = only is null ? 0 : int.Parse(only, System.Globalization.CultureInfo.InvariantCulture);
        for (int seed = from; seed < (only is null ? Seeds : from + 1); seed++)
        {
            var simulation = new ClusterSimulation(seed, faults);
            try
            {
                simulation.Run(1500);
                if (simulation.SettledLate > 0)
                {
                    late++;
                    continue;
                }

                Check(simulation);
            }
            catch (Exception exception)
            {
                Assert.Fail($"CLUSTER_SEED={seed} ({way}): {exception}");
            }
        }

        Assert.InRange(late, 0, Seeds / 10);
    }

    private static void Check(ClusterSimulation simulation)
    {
        SimulatedMember[] members = [.. simulation.Nodes.SelectMany(node => node.Members)];
        ILookup<(int, string), ulong> given = members
            .SelectMany(member => member.Heard.Select(heard => (member.Room, heard.Epoch, heard.Offset)))
            .ToLookup(heard => (heard.Room, heard.Epoch), heard => heard.Offset);
        foreach (SimulatedMember member in members)
        {
            CheckGaps(member, given);
        }

        CheckOrder(members);
        Assert.All(simulation.Nodes, node => Assert.Equal(0, node.Core.PendingCount));
        foreach (SimulatedPush push in simulation.Pushes)
        {
            CheckPush(simulation, push);
        }
    }

    /// <summary>Numbers rise, and those left out are nobody's: their owner died before anybody had them.</summary>
    private static void CheckGaps(SimulatedMember member, ILookup<(int, string), ulong> given)
    {
        Assert.Distinct(member.Heard.Select(heard => heard.Text));
        foreach (IGrouping<string, (string Epoch, ulong Offset, string Text)> life in member.Heard.GroupBy(heard => heard.Epoch))
        {
            ulong[] offsets = [.. life.Select(heard => heard.Offset)];
            Assert.Equal(offsets.Order(), offsets);
            ulong first = member.Epochs == 1 ? member.Start + 1 : offsets[0];
            ulong[] missed = [.. given[(member.Room, life.Key)].Distinct()
                .Where(offset => offset >= first && offset <= offsets[^1]).Except(offsets)];
            Assert.True(missed.Length == 0, $"room {member.Room}: a member since {member.Since} misses {string.Join(",", missed)}");
        }
    }

    private static void CheckOrder(SimulatedMember[] members)
    {
        var texts = new Dictionary<(int, string, ulong), string>();
        foreach (SimulatedMember member in members)
        {
            foreach ((string epoch, ulong offset, string text) in member.Heard)
            {
                if (!texts.TryAdd((member.Room, epoch, offset), text))
                {
                    Assert.Equal(texts[(member.Room, epoch, offset)], text);
                }
            }
        }

        // Who is there at the end has heard the same last message.
        foreach (IGrouping<int, SimulatedMember> room in members.Where(member => !member.IsOver && member.IsLinked).GroupBy(member => member.Room))
        {
            Assert.Single(room.Select(member => member.Epoch).Distinct());
            Assert.Single(room.Select(member => member.Heard.Count > 0 ? member.Heard[^1].Offset : member.Start).Distinct());
        }
    }

    private static void CheckPush(ClusterSimulation simulation, SimulatedPush push)
    {
        Assert.True(push.IsDone, $"{push.Text} has no answer");
        if (push.Code != StatusCode.OK || push.Connections == 0)
        {
            return;
        }

        SimulatedMember[] members = [.. simulation.Nodes.SelectMany(node => node.Members).Where(member => member.Room == push.Room)];
        bool isLost = members.All(member => member.Heard.All(heard => heard.Text != push.Text));
        Assert.False(isLost && !simulation.NodesWereKilled, $"{push.Text} was acknowledged and is lost");
        foreach (SimulatedMember member in members.Where(member => !member.IsOver && member.IsLinked && member.LinkedAt < push.At))
        {
            bool has = member.Heard.Any(heard => heard.Text == push.Text);
            Assert.True(has || (isLost && simulation.NodesWereKilled), $"{push.Text} of {push.At} was acknowledged; a member since {member.LinkedAt} has not got it");
        }
    }
}
