using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Node.Host.Tables;

namespace Node.Tests.Tables;

/// <summary>Names in a table against names in a dictionary, by any sequence of coming and going.</summary>
public class NameTableTests
{
    [Fact]
    public void Any_sequence_leaves_what_a_dictionary_would() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), Run).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Fact]
    public void A_hundred_thousand_names_are_all_found_again()
    {
        var table = new NameTable<int>();
        for (int i = 0; i < 100_000; i++)
        {
            table.Row(table.Add($"name-{i}")) = i;
        }

        for (int i = 0; i < 100_000; i += 2)
        {
            table.Remove(table.Find($"name-{i}"));
        }

        for (int i = 0; i < 100_000; i++)
        {
            int id = table.Find($"name-{i}");
            Assert.Equal(i % 2 == 1, id != 0);
            Assert.True(id == 0 || table.Row(id) == i);
        }

        Assert.Equal(50_000, table.Count);
    }

    [Fact]
    public void A_name_that_is_too_long_is_refused_and_not_found()
    {
        var table = new NameTable<int>();
        Assert.NotEqual(0, table.Add(new string('x', NameArena.MaxBytes)));
        Assert.Throws<ArgumentException>(() => table.Add(new string('x', NameArena.MaxBytes + 1)));
        Assert.Throws<ArgumentException>(() => table.Add(new byte[NameArena.MaxBytes + 1]));
        Assert.Equal(0, table.Find(new string('x', NameArena.MaxBytes + 1)));
        Assert.Equal(1, table.Count);
    }

    private static void Run(int seed)
    {
        var random = new Random(seed);
        var table = new NameTable<long>();
        var model = new Dictionary<string, (int Id, long Row)>();
        int pool = 1 + random.Next(300);
        for (int step = 0; step < 1000; step++)
        {
            string name = NameOf(random.Next(pool));
            if (random.Next(5) < 3)
            {
                int id = random.Next(2) == 0 ? table.Add(name) : table.Add(Encoding.UTF8.GetBytes(name));
                Assert.True(!model.TryGetValue(name, out (int Id, long Row) known) || known.Id == id, "a name keeps its number");
                Assert.True(known.Id != 0 || table.Row(id) == 0, "a fresh row is zero");
                long row = random.NextInt64();
                table.Row(id) = row;
                model[name] = (id, row);
            }
            else if (model.Remove(name, out (int Id, long Row) gone))
            {
                table.Remove(gone.Id);
            }
        }

        Assert.Equal(model.Count, table.Count);
        Assert.Equal(model.Count, model.Values.Select(entry => entry.Id).Distinct().Count());
        foreach (string name in Enumerable.Range(0, pool).Select(NameOf))
        {
            (int id, long row) = model.GetValueOrDefault(name);
            Assert.Equal(id, table.Find(name));
            Assert.True(id == 0 || (table.Row(id) == row && table.Text(id) == name && id < table.End));
        }
    }

    /// <summary>Of all lengths from 1 to 255, and some of more than one byte a character.</summary>
    private static string NameOf(int number) =>
        number.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(1 + ((number * 7) % 120), number % 3 == 0 ? 'ä' : 'a');
}
