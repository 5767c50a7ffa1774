using System.Reflection;

namespace Node.Host.Settings;

/// <summary>Every key of one kind of process, in the order of the reference page; read once from the declarations on the section records.</summary>
public sealed class SettingsTable
{
    private readonly Type _type;
    private readonly PropertyInfo[] _sections;
    private readonly Dictionary<string, SettingKey> _byPath;

    /// <param name="type">The record of <see cref="ISettings{TSelf}"/>.</param>
    public SettingsTable(Type type)
    {
        _type = type;
        _sections = type.GetProperties(BindingFlags.Public | BindingFlags.Instance);
        object defaults = Activator.CreateInstance(type)!;
        Keys = [.. _sections.SelectMany(section => SettingKey.Of(SnakeCase.Of(section.Name), section.GetValue(defaults)!))];
        Sections = [.. _sections.Select(section => SnakeCase.Of(section.Name))];
        _byPath = Keys.ToDictionary(key => key.Path);
    }

    public IReadOnlyList<SettingKey> Keys { get; }

    /// <summary>The mappings at the root of the file.</summary>
    public IReadOnlyList<string> Sections { get; }

    /// <exception cref="KeyNotFoundException">There is no such key.</exception>
    public SettingKey Key(string path) => _byPath[path];

    internal SettingKey? Find(string path) => _byPath.GetValueOrDefault(path);

    /// <summary>The value of a key in a tree of settings.</summary>
    public object Get(object settings, SettingKey key)
    {
        ReadOnlySpan<char> section = key.Path.AsSpan(0, key.Path.IndexOf('.', StringComparison.Ordinal));
        for (int i = 0; i < _sections.Length; i++)
        {
            if (section.SequenceEqual(Sections[i]))
            {
                return key.Get(_sections[i].GetValue(settings)!);
            }
        }

        throw new ArgumentException($"{key.Path} is no key of the settings.", nameof(key));
    }

    /// <summary>A tree with the given values, and defaults where none is given.</summary>
    internal object Build(Func<SettingKey, object?> valueOf)
    {
        object settings = Activator.CreateInstance(_type)!;
        foreach (PropertyInfo property in _sections)
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
    internal object TakeHot(object inForce, object loaded) => Build(key => Get(key.Hot ? loaded : inForce, key));

    /// <summary>The keys whose values differ.</summary>
    internal IReadOnlyList<SettingKey> Changes(object from, object to) =>
        [.. Keys.Where(key => !key.SameValue(Get(from, key), Get(to, key)))];
}
