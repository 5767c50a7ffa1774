using System.Reflection;

namespace Node.Connect.Settings;

/// <summary>Every key there is, in the order of the reference page; read once from the declarations on the section records.</summary>
public static class SettingsTable
{
    private static readonly PropertyInfo[] SectionProperties = typeof(NodeSettings).GetProperties(BindingFlags.Public | BindingFlags.Instance);

    private static readonly Dictionary<string, SettingKey> ByPath;

    static SettingsTable()
    {
        RoomPolicyKeys = KeysOf("", typeof(RoomPolicy));
        Keys = [.. SectionProperties.SelectMany(section => KeysOf(SnakeCase.Of(section.Name), section.PropertyType))];
        Sections = [.. SectionProperties.Select(section => SnakeCase.Of(section.Name))];
        ByPath = Keys.ToDictionary(key => key.Path);
    }

    public static IReadOnlyList<SettingKey> Keys { get; }

    /// <summary>The mappings at the root of the file.</summary>
    public static IReadOnlyList<string> Sections { get; }

    /// <summary>The keys of one item of <c>rooms.policies</c>.</summary>
    public static IReadOnlyList<SettingKey> RoomPolicyKeys { get; }

    /// <exception cref="KeyNotFoundException">There is no such key.</exception>
    public static SettingKey Key(string path) => ByPath[path];

    internal static SettingKey? Find(string path) => ByPath.GetValueOrDefault(path);

    /// <summary>The value of a key in a tree of settings.</summary>
    public static object Get(NodeSettings settings, SettingKey key)
    {
        ReadOnlySpan<char> section = key.Path.AsSpan(0, key.Path.IndexOf('.', StringComparison.Ordinal));
        for (int i = 0; i < SectionProperties.Length; i++)
        {
            if (section.SequenceEqual(Sections[i]))
            {
                return key.Get(SectionProperties[i].GetValue(settings)!);
            }
        }

        throw new ArgumentException($"{key.Path} is no key of the settings.", nameof(key));
    }

    /// <summary>A tree with the given values, and defaults where none is given.</summary>
    internal static NodeSettings Build(Func<SettingKey, object?> valueOf)
    {
        NodeSettings settings = new();
        foreach (PropertyInfo property in SectionProperties)
        {
            object section = property.GetValue(settings)!;
            string prefix = SnakeCase.Of(property.Name) + ".";
            foreach (SettingKey key in Keys.Where(key => key.Path.StartsWith(prefix, StringComparison.Ordinal)))
            {
                if (valueOf(key) is { } value)
                {
                    key.Set(section, value);
                }
            }
        }

        return settings;
    }

    /// <summary>What a reload puts in force: hot keys from <paramref name="loaded"/>, all others as they were.</summary>
    internal static NodeSettings TakeHot(NodeSettings inForce, NodeSettings loaded) =>
        Build(key => Get(key.Hot ? loaded : inForce, key));

    /// <summary>The keys whose values differ.</summary>
    internal static IReadOnlyList<SettingKey> Changes(NodeSettings from, NodeSettings to) =>
        [.. Keys.Where(key => !key.SameValue(Get(from, key), Get(to, key)))];

    private static SettingKey[] KeysOf(string section, Type type)
    {
        object holder = Activator.CreateInstance(type)!;
        return [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.IsDefined(typeof(SettingAttribute)))
            .Select(property => new SettingKey(section, property, holder))];
    }
}
