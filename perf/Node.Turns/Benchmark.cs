using System.Globalization;
using System.Reflection;

namespace Node.Turns;

/// <summary>
/// A method with BenchmarkDotNet's attributes and one choice of its class's parameters. The attributes are known by name: so each commit brings
/// the BenchmarkDotNet that it was built with, and none of it runs here.
/// </summary>
internal sealed record Benchmark(MethodInfo Method, (PropertyInfo Property, object? Value)[] Choice)
{
    private static readonly string[] Unknown =
        ["ArgumentsAttribute", "ArgumentsSourceAttribute", "IterationSetupAttribute", "IterationCleanupAttribute", "ParamsSourceAttribute", "ParamsAllValuesAttribute"];

    /// <summary>As BenchmarkDotNet calls it, without the assembly's own namespace in front.</summary>
    public string Name { get; } = NameOf(Method, Choice);

    /// <summary>What one call counts as.</summary>
    public int Operations { get; } = Named(Attribute(Method, "BenchmarkAttribute")!, "OperationsPerInvoke") as int? ?? 1;

    /// <summary>All of an assembly but baselines, which are others' code to measure ours by.</summary>
    public static IEnumerable<Benchmark> In(Assembly assembly) =>
        from type in assembly.GetTypes()
        where !type.IsAbstract && type.IsVisible
        from method in type.GetMethods()
        let attribute = Attribute(method, "BenchmarkAttribute")
        where attribute is not null && Named(attribute, "Baseline") is not true
        from choice in Choices(type)
        select new Benchmark(method, choice);

    /// <summary>A class of its own, set up. Throws what the benchmark's code throws.</summary>
    public Instance Start()
    {
        Type type = Method.DeclaringType!;
        if (type.GetMembers().Append(type).SelectMany(member => member.CustomAttributes).FirstOrDefault(one => Unknown.Contains(one.AttributeType.Name)) is { } unknown)
        {
            throw new NotSupportedException($"{unknown.AttributeType.Name} is not known here");
        }

        object target = Activator.CreateInstance(type)!;
        foreach ((PropertyInfo property, object? value) in Choice)
        {
            property.SetValue(target, value);
        }

        var instance = new Instance(Calls.Of(Method, target), Call("GlobalCleanupAttribute", target));
        Call("GlobalSetupAttribute", target)?.Invoke();
        return instance;
    }

    private Action? Call(string attribute, object target) =>
        target.GetType().GetMethods().FirstOrDefault(method => Attribute(method, attribute) is not null)?.CreateDelegate<Action>(target);

    private static IEnumerable<(PropertyInfo Property, object? Value)[]> Choices(Type type)
    {
        IEnumerable<(PropertyInfo Property, object? Value)[]> choices = [[]];
        foreach (PropertyInfo property in type.GetProperties().OrderBy(property => property.MetadataToken))
        {
            if (Attribute(property, "ParamsAttribute") is { } attribute)
            {
                object?[] values = [.. Values(property, attribute)];
                choices = choices.SelectMany(choice => values.Select(value => ((PropertyInfo, object?)[])[.. choice, (property, value)]));
            }
        }

        return choices;
    }

    private static IEnumerable<object?> Values(PropertyInfo property, CustomAttributeData attribute) =>
        from argument in attribute.ConstructorArguments
        from value in argument.Value as IReadOnlyCollection<CustomAttributeTypedArgument> ?? [argument]
        select property.PropertyType.IsEnum ? Enum.ToObject(property.PropertyType, value.Value!) : value.Value;

    private static CustomAttributeData? Attribute(MemberInfo member, string name) =>
        member.CustomAttributes.FirstOrDefault(attribute => attribute.AttributeType.Name == name);

    private static object? Named(CustomAttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(argument => argument.MemberName == name).TypedValue.Value;

    private static string NameOf(MethodInfo method, (PropertyInfo Property, object? Value)[] choice)
    {
        string name = $"{method.DeclaringType!.FullName}.{method.Name}".Replace("Node.Benchmarks.", "", StringComparison.Ordinal);
        return choice.Length == 0 ? name : string.Create(
            CultureInfo.InvariantCulture, $"{name}({string.Join(", ", choice.Select(one => $"{one.Property.Name}: {one.Value}"))})");
    }
}
