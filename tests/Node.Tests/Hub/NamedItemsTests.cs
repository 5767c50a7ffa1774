using System.Text;
using Node.Hub;

namespace Node.Tests.Hub;

/// <summary>The tables that hold something of every connection, against plain ones.</summary>
public sealed class NamedItemsTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 40)]
    [InlineData(3, 1000)]
    public void It_has_what_a_dictionary_has(int seed, int names)
    {
        var random = new Random(seed);
        var table = new NamedItems<Item, ItemNames>();
        Dictionary<string, Item> model = [];
        for (int i = 0; i < 20_000; i++)
        {
            string name = $"user-{random.Next(names)}";
            byte[] bytes = Encoding.UTF8.GetBytes(name);
            switch (random.Next(3))
            {
                case 0:
                    var item = new Item(bytes);
                    Assert.Equal(!model.ContainsKey(name), table.Put(item));
                    model[name] = item;
                    break;
                case 1:
                    Assert.Equal(model.Remove(name), table.Remove(bytes));
                    break;
                default:
                    Assert.Equal(model.GetValueOrDefault(name), table.TryFind(bytes, out Item? found) ? found : null);
                    break;
            }

            Assert.Equal(model.Count, table.Count);
        }

        Assert.Equal(model.Values.ToHashSet(), table.Items.ToHashSet());
        Assert.All(model, pair => Assert.True(table.TryFind(Encoding.UTF8.GetBytes(pair.Key), out Item? found) && found == pair.Value));
    }

    [Fact]
    public void A_channels_rooms_keep_their_places_however_many_there_are()
    {
        var random = new Random(1);
        RoomPart[] parts = [.. Enumerable.Range(0, 6).Select(_ => new RoomPart(null!))];
        var rooms = default(Memberships);
        Dictionary<RoomPart, int> model = [];
        for (int i = 0; i < 2000; i++)
        {
            RoomPart part = parts[random.Next(parts.Length)];
            if (!model.ContainsKey(part))
            {
                rooms.Add(part, i);
                model.Add(part, i);
            }
            else if (random.Next(2) == 0)
            {
                rooms.Move(part, i);
                model[part] = i;
            }
            else
            {
                model.Remove(part, out int place);
                Assert.Equal(place, rooms.Remove(part));
            }

            Assert.Equal(model.Count, rooms.Count);
            Assert.All(parts, one => Assert.Equal(model.ContainsKey(one), rooms.Contains(one)));
        }

        Assert.Equal(-1, default(Memberships).Remove(parts[0]));
    }

    private sealed record Item(byte[] Name);

    private readonly struct ItemNames : INames<Item>
    {
        public static ReadOnlySpan<byte> NameOf(Item item) => item.Name;
    }
}
