using System.Text;
using System.Text.Json;
using Node.Protocol.Connect;
using Node.Rpc.Discovery;
using Node.Tests.Settings;

namespace Node.Tests.Etcd;

/// <summary>Who owns a target: as the vectors say, evenly, and changing as little as can be.</summary>
public sealed class RendezvousTests
{
    private const int Targets = 20_000;

    [Fact]
    public void The_vectors_hold()
    {
        string file = Path.Combine(TestFolder.Repository(), "protocol", "vectors", "rendezvous.json");
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(file));
        foreach (JsonElement vector in json.RootElement.GetProperty("vectors").EnumerateArray())
        {
            string name = vector.GetProperty("name").GetString()!;
            string[] ids = [.. vector.GetProperty("managers").EnumerateArray().Select(id => id.GetString()!)];
            var kind = Enum.Parse<Target.Types.Kind>(vector.GetProperty("kind").GetString()!, ignoreCase: true);
            byte[] target = Encoding.UTF8.GetBytes(vector.GetProperty("target").GetString()!);
            ManagerView view = ViewOf(ids);
            Assert.Equal((name, vector.GetProperty("owner").GetString()), (name, Rendezvous.Owner(view, kind, target)?.Id));
            foreach ((string id, JsonElement weight) in ids.Zip(vector.GetProperty("weights").EnumerateArray()))
            {
                int index = Enumerable.Range(0, view.Count).Single(i => view[i].Id == id);
                Assert.Equal((name, weight.GetString()), (name, $"{Rendezvous.Weight(view.SeedOf(index), kind, target)}"));
            }
        }
    }

    [Fact]
    public void A_manager_that_joins_takes_its_share_and_nothing_else_moves()
    {
        string[] before = Owners(ViewOf("a", "b", "c"));
        string[] after = Owners(ViewOf("a", "b", "c", "d"));
        var moved = before.Zip(after).Where(pair => pair.First != pair.Second).ToList();
        Assert.All(moved, pair => Assert.Equal("d", pair.Second));
        Assert.InRange(moved.Count, Targets / 4 * 0.9, Targets / 4 * 1.1);
        Assert.All(before.CountBy(owner => owner), share => Assert.InRange(share.Value, Targets / 3 * 0.9, Targets / 3 * 1.1));
    }

    [Fact]
    public void A_manager_that_leaves_gives_its_share_to_all_and_nothing_else_moves()
    {
        string[] before = Owners(ViewOf("a", "b", "c", "d"));
        string[] after = Owners(ViewOf("a", "b", "d"));
        var moved = before.Zip(after).Where(pair => pair.First != pair.Second).ToList();
        Assert.All(moved, pair => Assert.Equal("c", pair.First));
        Assert.Equal(before.Count(owner => owner == "c"), moved.Count);
        Assert.Equal(["a", "b", "d"], moved.Select(pair => pair.Second).Distinct().Order());
    }

    [Fact]
    public void A_manager_that_starts_again_keeps_its_targets_in_its_new_incarnation()
    {
        ManagerView view = new([new ManagerKey("b", 1), new ManagerKey("a", 7)]);
        Assert.Equal(Owners(ViewOf("a", "b")), Owners(view));
        Assert.Equal([new ManagerKey("a", 7), new ManagerKey("b", 1)], new[] { view[0], view[1] });
    }

    [Fact]
    public void Choosing_allocates_nothing()
    {
        ManagerView view = ViewOf("a", "b", "c");
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            Rendezvous.Owner(view, Target.Types.Kind.Room, "lobby"u8);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static ManagerView ViewOf(params string[] ids) => new(ids.Select(id => new ManagerKey(id, 1)));

    private static string[] Owners(ManagerView view) =>
        [.. Enumerable.Range(0, Targets).Select(i => Rendezvous.Owner(view, Target.Types.Kind.Room, Encoding.UTF8.GetBytes($"room-{i}"))!.Value.Id)];
}
