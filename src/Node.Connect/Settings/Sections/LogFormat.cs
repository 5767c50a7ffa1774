namespace Node.Connect.Settings;

/// <summary>How log lines look.</summary>
public enum LogFormat
{
    Text,
    Json,
}
