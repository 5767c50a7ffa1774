namespace Node.Host.Settings;

/// <summary>Reads settings: defaults, the YAML file over them, the environment over that.</summary>
/// <param name="path">The file; null for none. Relative to the working directory, as are the files that it names.</param>
/// <param name="environment">Looks a variable up. Set to nothing counts as not set.</param>
public sealed class SettingsLoader<T>(string? path, Func<string, string?> environment)
    where T : class, ISettings<T>, new()
{
    public SettingsLoader(string? path)
        : this(path, Environment.GetEnvironmentVariable)
    {
    }

    /// <summary>The file as given; null when there is none.</summary>
    public string? Path => path;

    /// <exception cref="SettingsException">Something is wrong; it names everything that is.</exception>
    public LoadedSettings<T> Load() => Parse(ReadFile());

    internal FileReading ReadFile() => path is null ? new FileReading("", "") : FileReading.Read(path);

    internal LoadedSettings<T> Parse(FileReading file)
    {
        SettingsDraft draft = new(T.Table, environment);
        if (file.Text is null)
        {
            draft.Fail(new SettingOrigin(path!), "", file.Problem);
        }
        else
        {
            new YamlSource(draft, path ?? "").Read(file.Text);
        }

        draft.ReadEnvironment();
        var settings = (T)T.Table.Build(draft.ValueOf);
        CheckRules(draft, settings);
        if (draft.Errors.Count > 0)
        {
            throw new SettingsException(draft.Errors);
        }

        Dictionary<SettingKey, SettingOrigin> origins = T.Table.Keys
            .Where(key => draft.OriginOf(key) != SettingOrigin.Default)
            .ToDictionary(key => key, draft.OriginOf);
        return new LoadedSettings<T>(settings, [.. T.Warnings(settings)], origins, file);
    }

    private static void CheckRules(SettingsDraft draft, T settings)
    {
        foreach (SettingsViolation violation in T.Violations(settings))
        {
            SettingKey[] keys = [.. violation.Keys.Select(T.Table.Key)];
            if (!keys.Any(draft.HasFailed))
            {
                SettingKey blamed = keys.FirstOrDefault(key => draft.OriginOf(key) != SettingOrigin.Default) ?? keys[0];
                draft.Fail(draft.OriginOf(blamed), blamed.Path, violation.Problem, violation.Remedy);
            }
        }
    }
}
