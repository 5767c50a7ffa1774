namespace Node.Host.Settings;

/// <summary>
/// Declares one setting, once. Together with the property that it stands on it gives everything there is to know: the YAML path
/// (section and property name in snake case), the type, the default (the property's initializer), and what is below.
/// <see cref="SettingsTable"/> reads these declarations; the loader, the reference page and the example file read the table.
/// </summary>
/// <remarks>
/// Attributes on the records, and not a separate table of delegates: a key is then one line in one place, and
/// a fresh record is the defaults for a program that embeds a node. The price is reflection, at start and reload only.
/// </remarks>
/// <param name="summary">One or two sentences for the reference page; says what 0 or empty means.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingAttribute(string summary) : Attribute
{
    public string Summary => summary;

    /// <summary>The environment variable, where it is not the YAML path in capitals (<c>log.level</c> is <c>LOG_LEVEL</c>).</summary>
    public string? Env { get; init; }

    /// <summary>Smallest value allowed, written as in YAML. A number, size or duration without one starts at 0.</summary>
    public string? Min { get; init; }

    /// <summary>Largest value allowed, written as in YAML.</summary>
    public string? Max { get; init; }

    /// <summary>Takes effect while the process runs; otherwise a change waits for a restart and is named in a warning.</summary>
    public bool Hot { get; init; }

    /// <summary>A number that counts bytes, and may be written <c>64KiB</c>.</summary>
    public bool Bytes { get; init; }

    /// <summary>Never shown: not in logs, errors or <c>--print-settings</c>.</summary>
    public bool Secret { get; init; }

    /// <summary>Names a file, which must exist when the settings are loaded.</summary>
    public bool File { get; init; }

    /// <summary>Must be given; for the keys of list items, where no default makes sense.</summary>
    public bool Required { get; init; }

    /// <summary>A value for the example file where the default shows nothing, as of a list of mappings.</summary>
    public string? Example { get; init; }

    /// <summary>Other spellings of choices, as <c>alias=choice</c> separated by spaces.</summary>
    public string? Aliases { get; init; }
}
