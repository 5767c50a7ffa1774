namespace Node.Connect.Settings;

/// <summary>What a reload has put in force.</summary>
/// <param name="Old">The settings until now.</param>
/// <param name="New">The settings from now on.</param>
/// <param name="Keys">The hot keys whose values differ.</param>
public sealed record SettingsChange(NodeSettings Old, NodeSettings New, IReadOnlyList<SettingKey> Keys);
