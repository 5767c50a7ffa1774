using System.Globalization;

namespace Node.Host.Settings;

/// <summary>Where a value, or an error, comes from.</summary>
/// <param name="Source">The file's name as given, <c>environment NAME</c>, or <c>default</c>.</param>
/// <param name="Line">From 1; 0 where lines mean nothing.</param>
/// <param name="Column">From 1.</param>
public readonly record struct SettingOrigin(string Source, long Line = 0, long Column = 0)
{
    public static readonly SettingOrigin Default = new("default");

    public static SettingOrigin Environment(string name) => new("environment " + name);

    public override string ToString() =>
        Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Source}:{Line}:{Column}") : Source;
}
