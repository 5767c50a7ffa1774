namespace Node.Host.Settings;

/// <summary>How log lines look.</summary>
public enum LogFormat
{
    Text,
    Json,
}
