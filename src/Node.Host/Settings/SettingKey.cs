using System.Globalization;
using System.Net;
using System.Reflection;

namespace Node.Host.Settings;

/// <summary>One row of the <see cref="SettingsTable"/>: all that is known about a key.</summary>
public sealed class SettingKey
{
    private readonly SettingAttribute _declared;
    private readonly PropertyInfo _property;
    private readonly IComparable? _min;
    private readonly IComparable? _max;

    /// <param name="section">First part of the path; empty for the keys of list items.</param>
    /// <param name="property">Carries a <see cref="SettingAttribute"/>.</param>
    /// <param name="holder">A fresh instance of the declaring record: its value is the default.</param>
    internal SettingKey(string section, PropertyInfo property, object holder)
    {
        _property = property;
        _declared = property.GetCustomAttribute<SettingAttribute>()!;
        Name = SnakeCase.Of(property.Name);
        Path = section.Length > 0 ? $"{section}.{Name}" : Name;
        Default = property.GetValue(holder)!;
        ItemKeys = ItemTypeOf(property.PropertyType) is { } item ? Of("", Activator.CreateInstance(item)!) : [];
        Type = TypeOf(property.PropertyType, _declared);
        Environment = Type is null || section.Length == 0 ? null : _declared.Env ?? Path.Replace('.', '_').ToUpperInvariant();
        (_min, _max) = RangeOf(property.PropertyType, _declared, Type);
    }

    /// <summary>Last part of <see cref="Path"/>: the key as it stands in its YAML mapping.</summary>
    public string Name { get; }

    /// <summary>Section and name: <c>node.http_port</c>.</summary>
    public string Path { get; }

    /// <summary>The variable that overrides the file; null for a list of mappings, which no variable can hold.</summary>
    public string? Environment { get; }

    public object Default { get; }

    public string Summary => _declared.Summary;

    public bool Hot => _declared.Hot;

    public bool Secret => _declared.Secret;

    public bool Required => _declared.Required;

    /// <summary>For the reference page.</summary>
    public string TypeName => Type?.Name ?? "list of mappings";

    /// <summary>For errors and the reference page; empty where any text will do.</summary>
    public string Allowed
    {
        get
        {
            string range = (_min, _max) switch
            {
                (not null, not null) => $"{Type!.Format(_min)} to {Type.Format(_max)}",
                (not null, null) => $"{Type!.Format(_min)} or more",
                _ => "",
            };
            return Type is null ? "" : range.Length == 0 ? Type.Syntax : Type == SettingType.Integer ? range : $"{Type.Syntax}; {range}";
        }
    }

    /// <summary>Null for a list of mappings, whose items have keys of their own.</summary>
    internal SettingType? Type { get; }

    /// <summary>The keys of one item of a list of mappings; empty for every other key.</summary>
    internal IReadOnlyList<SettingKey> ItemKeys { get; }

    internal string? Example => _declared.Example;

    internal bool IsTextList => Type == SettingType.TextList;

    /// <summary>The keys that an object's properties declare.</summary>
    internal static SettingKey[] Of(string section, object holder) =>
    [
        .. holder.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.IsDefined(typeof(SettingAttribute)))
            .Select(property => new SettingKey(section, property, holder)),
    ];

    /// <summary>A fresh item of a list of mappings, at its defaults.</summary>
    internal object NewItem() => Activator.CreateInstance(ItemTypeOf(_property.PropertyType)!)!;

    /// <summary>A value of a list of mappings.</summary>
    internal Array NewList(List<object> items)
    {
        var list = Array.CreateInstance(ItemTypeOf(_property.PropertyType)!, items.Count);
        ((System.Collections.ICollection)items).CopyTo(list, 0);
        return list;
    }

    /// <summary>The value of the text, or null and what is wrong with it.</summary>
    internal object? Parse(string text, out string problem)
    {
        string shown = Secret ? "the value" : $"\"{text}\"";
        object? value = Type!.Parse(text);
        if (value is null)
        {
            problem = Type == SettingType.Integer || Type.Name == "choice" || Type == SettingType.Boolean
                ? $"{shown} is not {(Type == SettingType.Integer ? "a whole number" : "one of the choices")}"
                : $"{shown} is no {Type.Name}";
            return null;
        }

        if (value is IComparable comparable && (_min?.CompareTo(comparable) > 0 || _max?.CompareTo(comparable) < 0))
        {
            problem = $"{shown} is out of range";
            return null;
        }

        if (_declared.File && text.Length > 0 && !System.IO.File.Exists(text))
        {
            problem = $"there is no file {shown} (working directory {System.IO.Directory.GetCurrentDirectory()})";
            return null;
        }

        problem = "";
        return value is long number ? Convert.ChangeType(number, _property.PropertyType, CultureInfo.InvariantCulture) : value;
    }

    /// <summary>The value as YAML and the environment write it. Secrets included: see <see cref="Display"/>.</summary>
    internal string Format(object value) =>
        Type is not null ? Type.Format(value)
        : string.Join(' ', ((IEnumerable<object>)value).Select(item =>
            "{" + string.Join(", ", ItemKeys.Select(key => $"{key.Name}: {key.Format(key.Get(item))}")) + "}"));

    /// <summary>The value for people: a secret only says whether it is set, nothing is <c>""</c> or <c>[]</c>.</summary>
    public string Display(object value)
    {
        string text = Format(value);
        return Secret && text.Length > 0 ? "(set)" : text.Length > 0 ? text : Type is null || IsTextList ? "[]" : "\"\"";
    }

    /// <summary>The value in the record that declares this key.</summary>
    internal object Get(object holder) => _property.GetValue(holder)!;

    /// <summary>Only for a record that nobody else has seen yet: they are immutable afterwards.</summary>
    internal void Set(object holder, object value) => _property.SetValue(holder, value);

    /// <summary>Compared as written: two lists of the same items are the same value.</summary>
    internal bool SameValue(object left, object right) => Format(left) == Format(right);

    private static SettingType? TypeOf(Type type, SettingAttribute declared)
    {
        if (type == typeof(string))
        {
            return declared.File ? SettingType.File : SettingType.Text;
        }

        if (type == typeof(int) || type == typeof(long))
        {
            return declared.Bytes ? SettingType.Size : SettingType.Integer;
        }

        return type == typeof(bool) ? SettingType.Boolean
            : type == typeof(TimeSpan) ? SettingType.Duration
            : type == typeof(double) ? SettingType.Ratio
            : type == typeof(IPAddress) ? SettingType.Address
            : type == typeof(IReadOnlyList<string>) ? SettingType.TextList
            : ItemTypeOf(type) is not null ? null
            : type.IsEnum ? SettingType.Choice(type, declared.Aliases)
            : throw new NotSupportedException($"A setting cannot be a {type}.");
    }

    /// <summary>Of a list of mappings, whose items are records with keys of their own; null for any other type.</summary>
    private static Type? ItemTypeOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) && type.GenericTypeArguments[0].IsClass
            && type.GenericTypeArguments[0] != typeof(string) ? type.GenericTypeArguments[0] : null;

    private static (IComparable? Min, IComparable? Max) RangeOf(Type type, SettingAttribute declared, SettingType? format)
    {
        if (type != typeof(int) && type != typeof(long) && type != typeof(TimeSpan))
        {
            return default;
        }

        object? max = declared.Max is null ? null : format!.Parse(declared.Max)!;
        max ??= type == typeof(int) ? (long)int.MaxValue : null;
        return ((IComparable)format!.Parse(declared.Min ?? "0")!, (IComparable?)max);
    }
}
