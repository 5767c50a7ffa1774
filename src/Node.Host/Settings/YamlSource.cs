using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Node.Host.Settings;

/// <summary>Reads a YAML text into a draft: sections, keys, lists, and every mistake with its line and column.</summary>
internal sealed class YamlSource(SettingsDraft draft, string fileName)
{
    // The tree's loader recurses; settings need four levels, and a file must not be able to overflow the stack of a running node.
    private const int MaxDepth = 16;

    public void Read(string text)
    {
        try
        {
            YamlStream stream = Load(text);
            if (stream.Documents.Count > 1)
            {
                draft.Fail(At(stream.Documents[1].RootNode), "", "a second document (after ---) starts here", "allowed: one document");
            }

            if (stream.Documents.Count > 0)
            {
                ReadRoot(stream.Documents[0].RootNode);
            }
        }
        catch (YamlException error)
        {
            draft.Fail(PlaceOf(error, text), "", "not valid YAML: " + error.Message);
        }
    }

    /// <summary>The parser tells a tab, the commonest mistake of all, at the mapping's start and not where it is.</summary>
    private SettingOrigin PlaceOf(YamlException error, string text)
    {
        if (error.Message.Contains("tab as indentation", StringComparison.Ordinal))
        {
            string[] lines = text.Split('\n');
            int line = Array.FindIndex(lines, candidate => candidate.TrimStart(' ').StartsWith('\t'));
            if (line >= 0)
            {
                return new SettingOrigin(fileName, line + 1, lines[line].IndexOf('\t', StringComparison.Ordinal) + 1);
            }
        }

        return At(error.Start);
    }

    private static YamlStream Load(string text)
    {
        YamlStream stream = [];
        Walk(text, CheckDepth);
        Walk(text, stream.Load);
        return stream;
    }

    /// <summary>Has the library walk over a text, and turns whatever it throws into the one exception that names a place.</summary>
    private static void Walk(string text, Action<IParser> walk)
    {
        Parser parser = new(new StringReader(text));
        try
        {
            walk(parser);
        }
        catch (Exception error) when (error is not YamlException)
        {
            // The scanner gives up by InvalidOperationException where a list's closing bracket was forgotten, the tree's loader by
            // ArgumentException where a value is missing; only the library's own code runs in here.
            Mark place = parser.Current?.End ?? Mark.Empty;
            throw new YamlException(place, place, "what follows here cannot be read", error);
        }
    }

    private static void CheckDepth(IParser parser)
    {
        int depth = 0;
        while (parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > MaxDepth)
            {
                throw new YamlException(parser.Current.Start, parser.Current.End, $"nested deeper than {MaxDepth} levels");
            }
        }
    }

    private void ReadRoot(YamlNode root)
    {
        foreach ((string name, YamlNode nameNode, YamlNode value) in Entries(root, "", "a mapping of sections"))
        {
            if (draft.Table.Sections.Contains(name))
            {
                ReadSection(name, value);
            }
            else
            {
                Unknown(nameNode, name, draft.Table.Sections, draft.Table.Keys.Where(key => key.Name == name).Select(key => key.Path));
            }
        }
    }

    private void ReadSection(string section, YamlNode node)
    {
        foreach ((string name, YamlNode nameNode, YamlNode value) in Entries(node, section, "a mapping of keys"))
        {
            string path = $"{section}.{name}";
            if (draft.Table.Find(path) is { } key)
            {
                ReadKey(key, value);
            }
            else
            {
                Unknown(nameNode, path,
                    draft.Table.Keys.Where(known => known.Path.StartsWith(section + ".", StringComparison.Ordinal)).Select(known => known.Path),
                    draft.Table.Keys.Where(known => known.Name == name).Select(known => known.Path));
            }
        }
    }

    private void ReadKey(SettingKey key, YamlNode node)
    {
        object? value = (node, key) switch
        {
            _ when IsNothing(node) => null,
            (YamlScalarNode scalar, { Type: not null }) => ReadScalar(key, scalar),
            (YamlSequenceNode sequence, { IsTextList: true }) => ReadTextList(key, sequence),
            (YamlSequenceNode sequence, { Type: null }) => ReadItems(key, sequence),
            _ => Mismatch(key, node),
        };

        if (value is not null)
        {
            draft.Set(key, value, At(node));
        }
    }

    private object? ReadScalar(SettingKey key, YamlScalarNode scalar)
    {
        string? text = draft.Expand(key, scalar.Value ?? "", At(scalar));
        bool unset = text is { Length: 0 } && scalar.Style == ScalarStyle.Plain;
        return text is null || unset ? null : draft.Parse(key, text, At(scalar));
    }

    private string[]? ReadTextList(SettingKey key, YamlSequenceNode sequence)
    {
        List<string> items = [];
        foreach (YamlNode node in sequence)
        {
            if (node is not YamlScalarNode scalar || IsNothing(node))
            {
                draft.Fail(At(node), key, "an item is not text", "allowed: a list of texts");
            }
            else if (draft.Expand(key, scalar.Value ?? "", At(node)) is { } text)
            {
                items.Add(text);
            }
        }

        return draft.HasFailed(key) ? null : [.. items];
    }

    private Array? ReadItems(SettingKey list, YamlSequenceNode sequence)
    {
        List<object> items = [];
        foreach (YamlNode node in sequence)
        {
            int errorsBefore = draft.Errors.Count;
            object item = ReadItem(list, node);
            if (draft.Errors.Count == errorsBefore)
            {
                items.Add(item);
            }
        }

        return items.Count == sequence.Children.Count ? list.NewList(items) : null;
    }

    private object ReadItem(SettingKey list, YamlNode node)
    {
        object item = list.NewItem();
        HashSet<SettingKey> given = [];
        bool wellFormed = node is YamlMappingNode;
        foreach ((string name, YamlNode nameNode, YamlNode value) in Entries(node, list.Path, "a mapping of " + string.Join(", ", list.ItemKeys.Select(known => known.Name))))
        {
            if (list.ItemKeys.FirstOrDefault(known => known.Name == name) is not { } key)
            {
                Unknown(nameNode, $"{list.Path}[].{name}", list.ItemKeys.Select(known => $"{list.Path}[].{known.Name}"), []);
            }
            else if (value is not YamlScalarNode scalar)
            {
                draft.Fail(At(value), list, $"{name} is not a single value", "allowed: " + (key.Allowed.Length > 0 ? key.Allowed : "text"));
            }
            else if (draft.Expand(list, scalar.Value ?? "", At(scalar)) is { } text && given.Add(key))
            {
                ReadItemValue(list, key, text, item, At(scalar));
            }
        }

        foreach (SettingKey missing in list.ItemKeys.Where(key => wellFormed && key.Required && !given.Contains(key)))
        {
            draft.Fail(At(node), list, $"an item has no {missing.Name}", missing.Summary);
        }

        return item;
    }

    private void ReadItemValue(SettingKey list, SettingKey key, string text, object item, SettingOrigin origin)
    {
        string problem = "it is empty";
        if (text.Length > 0 && key.Parse(text, out problem) is { } value)
        {
            key.Set(item, value);
        }
        else
        {
            draft.Fail(origin, list, $"{key.Name}: {problem}", key.Allowed.Length > 0 ? "allowed: " + key.Allowed : "");
        }
    }

    /// <summary>The entries of a mapping; none, and an error unless it is empty, for any other node.</summary>
    private IEnumerable<(string Name, YamlNode NameNode, YamlNode Value)> Entries(YamlNode node, string path, string expected)
    {
        if (node is YamlMappingNode mapping)
        {
            return mapping.Children.Select(entry => ((entry.Key as YamlScalarNode)?.Value ?? "", entry.Key, entry.Value));
        }

        if (!IsNothing(node))
        {
            draft.Fail(At(node), path, "this is " + KindOf(node), "allowed: " + expected);
        }

        return [];
    }

    private object? Mismatch(SettingKey key, YamlNode node)
    {
        draft.Fail(At(node), key, "this is " + KindOf(node),
            key.Type is null ? "allowed: a list of mappings" : key.IsTextList ? "allowed: a list" : "allowed: a single value");
        return null;
    }

    private void Unknown(YamlNode node, string path, IEnumerable<string> neighbours, IEnumerable<string> namesakes)
    {
        string? meant = Spelling.Nearest(path, neighbours) ?? namesakes.FirstOrDefault();
        draft.Fail(At(node), path, "unknown key", meant is null ? "" : $"did you mean {meant}?");
    }

    private static string KindOf(YamlNode node) =>
        node is YamlMappingNode ? "a mapping" : node is YamlSequenceNode ? "a list" : "a single value";

    /// <summary>A key with nothing behind it, as where all its lines are commented out: it is not set.</summary>
    private static bool IsNothing(YamlNode node) =>
        node is YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" };

    private SettingOrigin At(YamlNode node) => At(node.Start);

    private SettingOrigin At(Mark mark) => new(fileName, mark.Line, mark.Column);
}
