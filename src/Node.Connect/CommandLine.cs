using Node.Connect.Settings;

namespace Node.Connect;

/// <summary>The few words that a process of ours takes on its command line; everything else is settings.</summary>
public static class CommandLine
{
    private const string DefaultFile = "node.yaml";

    public const string Help = """
        usage: [--settings FILE] [--print-settings] [--help]

          --settings FILE    YAML settings; without it node.yaml, where there is one
          --print-settings   the settings in force, with where each comes from

        Every setting can be given in the environment too: see src/Node.Connect/settings.md.
        """;

    /// <summary>Reads the settings file that is named, else the default one where it exists, else none.</summary>
    public static SettingsLoader Loader(string[] args)
    {
        int at = Array.IndexOf(args, "--settings");
        string? file = at >= 0 && at + 1 < args.Length ? args[at + 1] : File.Exists(DefaultFile) ? DefaultFile : null;
        return new SettingsLoader(file);
    }

    /// <summary>The first argument that nobody knows; null when there is none.</summary>
    public static string? Unknown(string[] args)
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
