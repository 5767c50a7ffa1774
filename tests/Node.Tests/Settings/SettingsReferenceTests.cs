using System.Text.RegularExpressions;
using Node.Connect.Settings;
using Node.Controller.Settings;
using Node.Host.Settings;
using Node.Push.Settings;

namespace Node.Tests.Settings;

/// <summary>Set UPDATE_REFERENCE=1 to write the files instead of comparing them.</summary>
public sealed class SettingsReferenceTests
{
    [Fact]
    public void The_reference_page_says_what_the_declarations_say() =>
        AssertFile("src/Node.Connect/settings.md", SettingsReference.Markdown(NodeSettings.Table));

    [Fact]
    public void The_controllers_page_says_what_the_declarations_say() =>
        AssertFile("src/Node.Controller/settings.md", SettingsReference.Markdown(ControllerSettings.Table));

    [Fact]
    public void The_push_managers_page_says_what_the_declarations_say() =>
        AssertFile("src/Node.Push/settings.md", SettingsReference.Markdown(PushSettings.Table));

    [Fact]
    public void The_example_file_says_what_the_declarations_say() =>
        AssertFile("src/Node.Standalone/node.yaml", SettingsReference.ExampleYaml(NodeSettings.Table, "a node"));

    [Fact]
    public void The_example_file_sets_nothing_and_uncommented_sets_the_defaults()
    {
        using TestFolder folder = new();
        string example = SettingsReference.ExampleYaml(NodeSettings.Table, "a node");
        Assert.Empty(Changes(folder, example));
        string uncommented = Regex.Replace(example, @"^  # ([a-z_]+: )", "  $1", RegexOptions.Multiline);
        Assert.Equal("rooms.policies", Assert.Single(Changes(folder, uncommented)).Path);
    }

    [Fact]
    public void What_print_settings_shows_can_be_read_again()
    {
        using TestFolder folder = new();
        SettingsLoader<NodeSettings> loader = new(
            folder.Write("node.yaml", "queue: { max_bytes: 3MiB }\nrooms: { policies: [{ pattern: a, policy: close }, { pattern: b, policy: latest_only }] }\n"),
            name => name == "NODE_ECHO" ? "true" : null);
        LoadedSettings<NodeSettings> loaded = loader.Load();
        string shown = SettingsReference.Effective(loaded);
        Assert.Contains("  max_bytes: 3MiB  # " + folder.At("node.yaml") + ":1:21\n", shown);
        Assert.Contains("  echo: true  # environment NODE_ECHO\n", shown);
        Assert.Contains("  http_port: 8083  # default\n", shown);
        SettingsLoader<NodeSettings> again = new(folder.Write("again.yaml", shown), _ => null);
        Assert.Empty(NodeSettings.Table.Changes(loaded.Settings, again.Load().Settings));
    }

    private static IReadOnlyList<SettingKey> Changes(TestFolder folder, string yaml) =>
        NodeSettings.Table.Changes(new NodeSettings(), new SettingsLoader<NodeSettings>(folder.Write("node.yaml", yaml), _ => null).Load().Settings);

    internal static void AssertFile(string path, string expected)
    {
        string file = Path.Combine(TestFolder.Repository(), path);
        if (Environment.GetEnvironmentVariable("UPDATE_REFERENCE") == "1")
        {
            File.WriteAllText(file, expected);
        }

        Assert.True(File.ReadAllText(file) == expected, $"{path} is not what the declarations say: run this test with UPDATE_REFERENCE=1.");
    }
}
