namespace Node.Host.Settings;

/// <summary>The settings cannot be used. Carries everything that is wrong, and not only the first; the message has a line for each.</summary>
public sealed class SettingsException(IReadOnlyList<SettingsError> errors) : Exception(string.Join('\n', errors))
{
    public IReadOnlyList<SettingsError> Errors => errors;
}
