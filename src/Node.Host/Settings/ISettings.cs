namespace Node.Host.Settings;

/// <summary>
/// All settings of one kind of process, immutable; a fresh instance is the defaults. A section is one property, a key one property
/// of a section's record with its <see cref="SettingAttribute"/>.
/// </summary>
/// <typeparam name="TSelf">The record itself.</typeparam>
public interface ISettings<TSelf>
    where TSelf : class, ISettings<TSelf>, new()
{
    /// <summary>The keys of this kind of process: <c>new(typeof(TSelf))</c>, once.</summary>
    static abstract SettingsTable Table { get; }

    /// <summary>What must hold between keys. Checked at start, and at a reload on what would come in force.</summary>
    static abstract IEnumerable<SettingsViolation> Violations(TSelf settings);

    /// <summary>What works, but is not wise.</summary>
    static abstract IEnumerable<string> Warnings(TSelf settings);
}
