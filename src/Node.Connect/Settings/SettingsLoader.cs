namespace Node.Connect.Settings;

/// <summary>Reads settings: defaults, the YAML file over them, the environment over that.</summary>
/// <param name="path">The file; null for none. Relative to the working directory, as are the files that it names.</param>
/// <param name="environment">Looks a variable up. Set to nothing counts as not set.</param>
public sealed class SettingsLoader(string? path, Func<string, string?> environment)
{
    public SettingsLoader(string? path)
        : this(path, Environment.GetEnvironmentVariable)
    {
    }

    /// <summary>The file as given; null when there is none.</summary>
    public string? Path => path;

    /// <exception cref="SettingsException">Something is wrong; it names everything that is.</exception>
    public LoadedSettings Load() => Parse(ReadFile());

    internal FileReading ReadFile() => path is null ? new FileReading("", "") : FileReading.Read(path);

    internal LoadedSettings Parse(FileReading file)
    {
        SettingsDraft draft = new(environment);
        if (file.Text is null)
        {
            draft.Fail(new SettingOrigin(path!), "", file.Problem);
        }
        else
        {
            new YamlSource(draft, path ?? "").Read(file.Text);
        }

        draft.ReadEnvironment();
        NodeSettings settings = SettingsTable.Build(draft.ValueOf);
        CheckRules(draft, settings);
        if (draft.Errors.Count > 0)
        {
            throw new SettingsException(draft.Errors);
        }

        Dictionary<SettingKey, SettingOrigin> origins = SettingsTable.Keys
            .Where(key => draft.OriginOf(key) != SettingOrigin.Default)
            .ToDictionary(key => key, draft.OriginOf);
        return new LoadedSettings(settings, [.. SettingsRules.Warnings(settings)], origins, file);
    }

    private static void CheckRules(SettingsDraft draft, NodeSettings settings)
    {
        foreach (SettingsRules.Violation violation in SettingsRules.Violations(settings))
        {
            SettingKey[] keys = [.. violation.Keys.Select(SettingsTable.Key)];
            if (!keys.Any(draft.HasFailed))
            {
                SettingKey blamed = keys.FirstOrDefault(key => draft.OriginOf(key) != SettingOrigin.Default) ?? keys[0];
                draft.Fail(draft.OriginOf(blamed), blamed.Path, violation.Problem, violation.Remedy);
            }
        }
    }
}
