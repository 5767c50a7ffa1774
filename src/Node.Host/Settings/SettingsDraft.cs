namespace Node.Host.Settings;

/// <summary>Values and errors while a load is under way. Errors are collected, never thrown: the user sees them all at once.</summary>
internal sealed class SettingsDraft(SettingsTable table, Func<string, string?> environment)
{
    private readonly Dictionary<SettingKey, (object Value, SettingOrigin Origin)> _values = [];
    private readonly HashSet<SettingKey> _failed = [];

    public SettingsTable Table => table;

    public List<SettingsError> Errors { get; } = [];

    public void Fail(SettingOrigin origin, string key, string problem, string allowed = "") =>
        Errors.Add(new SettingsError(origin, key, problem, allowed));

    public void Fail(SettingOrigin origin, SettingKey key, string problem, string allowed)
    {
        _failed.Add(key);
        Fail(origin, key.Path, problem, allowed);
    }

    public void Set(SettingKey key, object value, SettingOrigin origin) => _values[key] = (value, origin);

    public object? ValueOf(SettingKey key) => _values.TryGetValue(key, out var entry) ? entry.Value : null;

    public SettingOrigin OriginOf(SettingKey key) => _values.TryGetValue(key, out var entry) ? entry.Origin : SettingOrigin.Default;

    /// <summary>The key has an error already, so that what follows from its missing value need not be told.</summary>
    public bool HasFailed(SettingKey key) => _failed.Contains(key);

    /// <summary>The text with its placeholders filled, or null after an error was noted.</summary>
    public string? Expand(SettingKey key, string text, SettingOrigin origin)
    {
        string? expanded = Placeholder.Expand(text, environment, out string problem);
        if (expanded is null)
        {
            Fail(origin, key, problem, "");
        }

        return expanded;
    }

    /// <summary>The value, or null after an error was noted.</summary>
    public object? Parse(SettingKey key, string text, SettingOrigin origin)
    {
        object? value = key.Parse(text, out string problem);
        if (value is null)
        {
            Fail(origin, key, problem, key.Allowed.Length > 0 ? "allowed: " + key.Allowed : "");
        }

        return value;
    }

    /// <summary>Variables that are set, each over what the file says.</summary>
    public void ReadEnvironment()
    {
        foreach (SettingKey key in table.Keys)
        {
            if (key.Environment is not { } name || environment(name) is not { Length: > 0 } text)
            {
                continue;
            }

            SettingOrigin origin = SettingOrigin.Environment(name);
            if (text.StartsWith("tcp://", StringComparison.Ordinal) && key.Type == SettingType.Integer)
            {
                Fail(origin, key, $"\"{text}\" is not a whole number",
                    "Kubernetes sets this for a service of that name: set enableServiceLinks: false in the pod");
            }
            else if (Parse(key, text, origin) is { } value)
            {
                Set(key, value, origin);
            }
        }
    }
}
