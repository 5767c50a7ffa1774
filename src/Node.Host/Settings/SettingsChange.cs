namespace Node.Host.Settings;

/// <summary>What a reload has put in force.</summary>
/// <param name="Old">The settings until now.</param>
/// <param name="New">The settings from now on.</param>
/// <param name="Keys">The hot keys whose values differ.</param>
public sealed record SettingsChange<T>(T Old, T New, IReadOnlyList<SettingKey> Keys);
