using System.Text;

namespace Node.Host.Settings;

/// <summary>Pages made from the <see cref="SettingsTable"/> of a process: nothing about a key is written a second time by hand.</summary>
public static class SettingsReference
{
    private const int CommentWidth = 110;

    /// <summary>The page <c>settings.md</c>.</summary>
    public static string Markdown(SettingsTable table)
    {
        StringBuilder page = new("""
            # Settings

            Made from the declarations in `Settings/Sections/`; a test fails when this page and they differ.

            Environment over YAML file over default. A variable that is set to nothing counts as not set. YAML values may say
            `${NAME}` or `${NAME:default}`; `$${` is a literal `${`. Sizes are bytes or `64KiB`, `1MiB`, `1GiB`; durations `250ms`, `25s`,
            `5m`, `1h`; a list in a variable is separated by commas. File names are relative to the working directory.

            **hot** keys take effect while the process runs, without dropping a connection, when the file changes. The others wait for
            a restart, and a warning names them.

            """.ReplaceLineEndings("\n"));
        page.Append('\n');
        foreach (string section in table.Sections)
        {
            page.Append($"\n## {section}\n\n| key | variable | default | allowed | changes | what |\n|---|---|---|---|---|---|\n");
            foreach (SettingKey key in KeysOf(table, section))
            {
                string variable = key.Environment is null ? "" : $"`{key.Environment}`";
                page.Append($"| `{key.Name}` | {variable} | `{key.Display(key.Default)}` | {AllowedOf(key)} | {(key.Hot ? "hot" : "restart")} | {key.Summary} |\n");
            }
        }

        foreach (SettingKey list in table.Keys.Where(key => key.ItemKeys.Count > 0))
        {
            page.Append($"\n### One item of `{list.Path}`\n\n| key | allowed | what |\n|---|---|---|\n");
            foreach (SettingKey key in list.ItemKeys)
            {
                page.Append($"| `{key.Name}` | {AllowedOf(key)} | {key.Summary}{(key.Required ? " Required." : "")} |\n");
            }
        }

        return page.ToString();
    }

    /// <summary>An example file: every key with its default, commented out.</summary>
    /// <param name="table">The keys.</param>
    /// <param name="of">The process, with its article: "a node".</param>
    public static string ExampleYaml(SettingsTable table, string of)
    {
        StringBuilder file = new($$"""
            # Settings of {{of}}. Every line that is commented out shows its default: uncomment what you change.
            # The environment variable in parentheses overrides the line. Values may say ${NAME:default}.
            # (hot): takes effect when this file is saved, without a restart.

            """.ReplaceLineEndings("\n"));
        foreach (string section in table.Sections)
        {
            file.Append($"\n{section}:\n");
            foreach (SettingKey key in KeysOf(table, section))
            {
                string variable = key.Environment is null ? "" : $" ({key.Environment})";
                AppendComment(file, $"{key.Summary}{variable}{(key.Hot ? " (hot)" : "")}");
                file.Append($"  # {key.Name}: {YamlDefault(key)}\n");
            }
        }

        return file.ToString();
    }

    /// <summary>The values in force and where each came from, for <c>--print-settings</c>: YAML with comments, secrets left out.</summary>
    public static string Effective<T>(LoadedSettings<T> loaded)
        where T : class, ISettings<T>, new()
    {
        SettingsTable table = T.Table;
        StringBuilder file = new();
        foreach (string section in table.Sections)
        {
            file.Append($"{section}:\n");
            foreach (SettingKey key in KeysOf(table, section))
            {
                object value = table.Get(loaded.Settings, key);
                string shown = key.Type is null ? $"[{string.Join(", ", key.Display(value).Trim('[', ']').Replace("} {", "}, {", StringComparison.Ordinal))}]"
                    : key.IsTextList ? FlowList((IReadOnlyList<string>)value) : Scalar(key.Display(value));
                SettingOrigin origin = loaded.Origins.GetValueOrDefault(key, SettingOrigin.Default);
                file.Append($"  {key.Name}: {shown}  # {origin}\n");
            }
        }

        return file.ToString();
    }

    private static IEnumerable<SettingKey> KeysOf(SettingsTable table, string section) =>
        table.Keys.Where(key => key.Path.StartsWith(section + ".", StringComparison.Ordinal));

    private static string AllowedOf(SettingKey key) =>
        key.Allowed.Length == 0 || key.Type == SettingType.Boolean ? key.TypeName : $"{key.TypeName}: {RangeOnly(key)}".TrimEnd(':', ' ');

    // Units and list syntax stand at the head of the page; only the range is the key's own.
    private static string RangeOnly(SettingKey key) =>
        key.Type!.Syntax.Length > 0 && key.Type != SettingType.Integer && key.Type.Name != "choice"
            ? key.Allowed[key.Type.Syntax.Length..].TrimStart(';', ' ')
            : key.Allowed;

    private static string YamlDefault(SettingKey key) =>
        key.Example is { } example ? $"{example}   # an example; the default is {key.Display(key.Default)}"
        : key.IsTextList ? FlowList((IReadOnlyList<string>)key.Default)
        : Scalar(key.Display(key.Default));

    // A colon at the end would make it a key.
    private static string Scalar(string shown) => shown.EndsWith(':') ? $"\"{shown}\"" : shown;

    private static string FlowList(IReadOnlyList<string> items) => $"[{string.Join(", ", items.Select(item => $"\"{item}\""))}]";

    private static void AppendComment(StringBuilder file, string text)
    {
        string line = "";
        foreach (string word in text.Split(' '))
        {
            if (line.Length + word.Length > CommentWidth)
            {
                file.Append($"  #{line}\n");
                line = "";
            }

            line += " " + word;
        }

        file.Append($"  #{line}\n");
    }
}
