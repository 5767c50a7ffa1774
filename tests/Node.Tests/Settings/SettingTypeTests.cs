using FsCheck;
using FsCheck.Fluent;
using Node.Connect.Settings;
using Node.Host.Settings;

namespace Node.Tests.Settings;

public sealed class SettingTypeTests
{
    [Fact]
    public void A_size_is_read_back_as_it_was_written() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).SelectMany(n => Gen.Choose(0, 20).Select(shift => (long)(n >> shift) << shift)).ToArbitrary(),
            bytes => SettingType.Size.Parse(SettingType.Size.Format(bytes)) is long back && back == bytes).QuickCheckThrowOnFailure();

    [Fact]
    public void A_duration_is_read_back_as_it_was_written() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).SelectMany(n => Gen.Elements(1L, 10_000, 10_000_000, 600_000_000).Select(scale => n * scale)).ToArbitrary(),
            ticks => SettingType.Duration.Parse(SettingType.Duration.Format(TimeSpan.FromTicks(ticks))) is TimeSpan back && back.Ticks == ticks)
            .QuickCheckThrowOnFailure();

    [Fact]
    public void No_text_makes_a_parser_throw() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
        {
            foreach (SettingKey key in NodeSettings.Table.Keys.Where(key => key.Type is not null && text is not null))
            {
                key.Parse(text!, out _);
            }
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("0", 0)]
    [InlineData("250ms", 250)]
    [InlineData("25s", 25_000)]
    [InlineData("0.5s", 500)]
    [InlineData("5m", 300_000)]
    [InlineData("1h", 3_600_000)]
    public void Durations_have_units(string text, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), SettingType.Duration.Parse(text));

    [Theory]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1s2")]
    [InlineData("1 year")]
    [InlineData("1e3s")]
    public void What_is_no_duration_is_refused(string text) => Assert.Null(SettingType.Duration.Parse(text));

    [Theory]
    [InlineData("64KiB", 65536)]
    [InlineData("64kib", 65536)]
    [InlineData("1.5 MiB", 1_572_864)]
    [InlineData("17", 17)]
    [InlineData("17B", 17)]
    public void Sizes_have_units_or_none(string text, long bytes) => Assert.Equal(bytes, SettingType.Size.Parse(text));

    [Theory]
    [InlineData("1KB")]
    [InlineData("1.5B")]
    [InlineData("KiB")]
    [InlineData("")]
    public void What_is_no_size_is_refused(string text) => Assert.Null(SettingType.Size.Parse(text));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("0.01", 0.01)]
    [InlineData("1", 1)]
    public void Ratios_are_read_back_as_they_were_written(string text, double ratio)
    {
        Assert.Equal(ratio, SettingType.Ratio.Parse(text));
        Assert.Equal(text, SettingType.Ratio.Format(ratio));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("-0.5")]
    [InlineData("1e-3")]
    [InlineData("1%")]
    [InlineData("")]
    public void What_is_no_ratio_is_refused(string text) => Assert.Null(SettingType.Ratio.Parse(text));

    [Theory]
    [InlineData("max_byte", "max_bytes")]
    [InlineData("max_bytse", "max_bytes")]
    [InlineData("polcy", "policy")]
    [InlineData("something", null)]
    public void The_nearest_word_is_found(string word, string? meant) =>
        Assert.Equal(meant, Spelling.Nearest(word, ["max_bytes", "policy"]));

    [Fact]
    public void Two_neighbours_swapped_are_one_slip() => Assert.Equal(1, Spelling.Distance("prot", "port"));
}
