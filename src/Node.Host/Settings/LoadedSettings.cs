namespace Node.Host.Settings;

/// <summary>Settings that were read and hold together, and where each came from.</summary>
/// <param name="Settings">The values.</param>
/// <param name="Warnings">What works, but is not wise; to be logged at start.</param>
/// <param name="Origins">For the keys that are not at their default.</param>
/// <param name="File">What was read, so that the watcher can tell whether the file has changed since.</param>
public sealed record LoadedSettings<T>(
    T Settings, IReadOnlyList<string> Warnings, IReadOnlyDictionary<SettingKey, SettingOrigin> Origins, FileReading File);
