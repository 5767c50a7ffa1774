using Node.Host.Settings;

namespace Node.Host;

/// <summary>The few words that a process of ours takes on its command line; everything else is settings.</summary>
/// <param name="args">As the process got them.</param>
/// <param name="defaultFile">The settings file that is read without being named, where it exists: <c>node.yaml</c>.</param>
/// <param name="reference">The page of the settings, for the help text.</param>
public sealed class CommandLine(string[] args, string defaultFile, string reference)
{
    public string Help { get; } = $"""
        usage: [--settings FILE] [--print-settings] [--help]

          --settings FILE    YAML settings; without it {defaultFile}, where there is one
          --print-settings   the settings in force, with where each comes from

        Every setting can be given in the environment too: see {reference}.
        """;

    public bool WantsHelp => args.Contains("--help");

    public bool WantsSettings => args.Contains("--print-settings");

    /// <summary>The first argument that nobody knows; null when there is none.</summary>
    public string? Unknown
    {
        get
        {
            for (int i = 0; i < args.Length; i++)
            {
                if (args[i] == "--settings" && i + 1 < args.Length)
                {
                    i++;
                }
                else if (args[i] is not ("--print-settings" or "--help"))
                {
                    return args[i];
                }
            }

            return null;
        }
    }

    /// <summary>Reads the settings file that is named, else the default one where it exists, else none.</summary>
    public SettingsLoader<T> Loader<T>()
        where T : class, ISettings<T>, new()
    {
        int at = Array.IndexOf(args, "--settings");
        string? file = at >= 0 && at + 1 < args.Length ? args[at + 1] : File.Exists(defaultFile) ? defaultFile : null;
        return new SettingsLoader<T>(file);
    }
}
