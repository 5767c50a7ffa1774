using System.Globalization;
using System.Net;

namespace Node.Host.Settings;

/// <summary>How values of one kind are written: the pair of parser and formatter, and the words for what is allowed.</summary>
/// <param name="Name">For the reference page: <c>duration</c>.</param>
/// <param name="Syntax">For errors: what a value looks like. Empty where the range says it all.</param>
/// <param name="Parse">Null when the text is no such value.</param>
/// <param name="Format">The inverse of <paramref name="Parse"/>: what it gives parses to an equal value.</param>
internal sealed record SettingType(string Name, string Syntax, Func<string, object?> Parse, Func<object, string> Format)
{
    private const NumberStyles Digits = NumberStyles.None;
    private const NumberStyles Fraction = NumberStyles.AllowDecimalPoint;

    private static readonly (string Suffix, long Scale)[] SizeUnits = [("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10), ("B", 1)];

    private static readonly (string Suffix, long Scale)[] TimeUnits =
    [
        ("ms", TimeSpan.TicksPerMillisecond), ("h", TimeSpan.TicksPerHour), ("m", TimeSpan.TicksPerMinute), ("s", TimeSpan.TicksPerSecond),
    ];

    public static readonly SettingType Text = new("text", "", text => text, value => (string)value);

    public static readonly SettingType File = Text with { Name = "file" };

    public static readonly SettingType Boolean = new("true or false", "true or false",
        text => bool.TryParse(text, out bool value) ? value : null,
        value => (bool)value ? "true" : "false");

    public static readonly SettingType Integer = new("number", "a whole number",
        text => long.TryParse(text, Digits, CultureInfo.InvariantCulture, out long value) ? value : null,
        value => Convert.ToInt64(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture));

    public static readonly SettingType Ratio = new("ratio from 0 to 1", "0 to 1, such as 0.01",
        text => double.TryParse(text, Fraction, CultureInfo.InvariantCulture, out double value) && value is >= 0 and <= 1 ? value : null,
        value => ((double)value).ToString("0.#################", CultureInfo.InvariantCulture));

    public static readonly SettingType Size = new("size", "a number of bytes, or with a unit: B, KiB, MiB, GiB", ParseSize, FormatSize);

    public static readonly SettingType Duration = new("duration", "a number with a unit: ms, s, m, h", text => ParseDuration(text), FormatDuration);

    public static readonly SettingType Address = new("IP address", "an IP address, such as 127.0.0.1, 0.0.0.0 or ::",
        text => IPAddress.TryParse(text, out IPAddress? address) && address.ToString().Length > 0 && LooksWhole(text) ? address : null,
        value => ((IPAddress)value).ToString());

    public static readonly SettingType TextList = new("list", "a list, or its items separated by commas",
        text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        value => string.Join(',', (IReadOnlyList<string>)value));

    /// <summary>The members of an enum in snake case, and the given aliases, in any case.</summary>
    public static SettingType Choice(Type type, string? aliases)
    {
        Dictionary<string, object> choices = new(StringComparer.OrdinalIgnoreCase);
        foreach (object member in Enum.GetValues(type))
        {
            choices.Add(SnakeCase.Of(member.ToString()!), member);
        }

        string allowed = string.Join(", ", choices.Keys);
        foreach (string alias in (aliases ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = alias.Split('=');
            choices.Add(pair[0], choices[pair[1]]);
        }

        return new SettingType("choice", allowed, text => choices.GetValueOrDefault(text), value => SnakeCase.Of(value.ToString()!));
    }

    // IPAddress.Parse takes "1" for 0.0.0.1, which is a typing mistake in a settings file.
    private static bool LooksWhole(string text) => text.Contains(':', StringComparison.Ordinal) || text.Count(c => c == '.') == 3;

    private static object? ParseSize(string text) => ParseScaled(text, SizeUnits, bareScale: 1);

    private static TimeSpan? ParseDuration(string text) =>
        text == "0" ? TimeSpan.Zero : ParseScaled(text, TimeUnits, bareScale: null) is long ticks ? TimeSpan.FromTicks(ticks) : null;

    private static object? ParseScaled(string text, (string Suffix, long Scale)[] units, long? bareScale)
    {
        (string number, long? scale) = (text, bareScale);
        foreach ((string suffix, long unitScale) in units)
        {
            if (text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                (number, scale) = (text[..^suffix.Length].TrimEnd(), unitScale);
                break;
            }
        }

        if (scale is null || !decimal.TryParse(number, Fraction, CultureInfo.InvariantCulture, out decimal amount))
        {
            return null;
        }

        // Divided, not multiplied: the product of a long number overflows. Beyond long, the largest stands for "too large".
        if (amount > long.MaxValue / scale.Value)
        {
            return long.MaxValue;
        }

        decimal exact = amount * scale.Value;
        return exact == decimal.Truncate(exact) ? (long)exact : null;
    }

    private static string FormatSize(object value)
    {
        long bytes = Convert.ToInt64(value, CultureInfo.InvariantCulture);
        foreach ((string suffix, long scale) in SizeUnits)
        {
            if (scale > 1 && bytes >= scale && bytes % scale == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{bytes / scale}{suffix}");
            }
        }

        return bytes.ToString(CultureInfo.InvariantCulture);
    }

    private static string FormatDuration(object value)
    {
        long ticks = ((TimeSpan)value).Ticks;
        foreach ((string suffix, long scale) in TimeUnits.OrderByDescending(unit => unit.Scale))
        {
            if (ticks >= scale && ticks % scale == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{ticks / scale}{suffix}");
            }
        }

        return ticks == 0 ? "0s" : string.Create(CultureInfo.InvariantCulture, $"{(decimal)ticks / TimeSpan.TicksPerMillisecond}ms");
    }
}
