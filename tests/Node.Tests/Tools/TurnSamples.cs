namespace Node.Tests.Tools;

// BenchmarkDotNet's attributes, which are known by name.
[AttributeUsage(AttributeTargets.Method)]
public sealed class BenchmarkAttribute : Attribute
{
    public bool Baseline { get; set; }

    public int OperationsPerInvoke { get; set; } = 1;
}

[AttributeUsage(AttributeTargets.Property)]
public sealed class ParamsAttribute(params object[] values) : Attribute
{
    public IReadOnlyList<object> Values { get; } = values;
}

[AttributeUsage(AttributeTargets.Method)]
public sealed class GlobalSetupAttribute : Attribute;

[AttributeUsage(AttributeTargets.Method)]
public sealed class IterationSetupAttribute : Attribute;

/// <summary>Benchmarks as perf/Node.Benchmarks has them.</summary>
public class TurnSamples
{
    private int _calls;
    private int[] _numbers = [];

    [Params(1, 5)]
    public int Members { get; set; }

    [Params(DayOfWeek.Monday, DayOfWeek.Friday)]
    public DayOfWeek Kind { get; set; }

    [GlobalSetup]
    public void Setup() => _numbers = new int[Members];

    [Benchmark(Baseline = true)]
    public int Floor() => _numbers.Length;

    [Benchmark]
    public int Adds() => _numbers.Sum();

    [Benchmark(OperationsPerInvoke = 2)]
    public void Allocates() => _numbers = new int[Members];

    [Benchmark]
    public int Throws() => throw new InvalidOperationException($"on purpose, {Kind}");

    [Benchmark]
    public int ThrowsLater() => ++_calls < 1000 ? _calls : throw new InvalidOperationException("on purpose, later");
}

public class UnknownTurnSamples
{
    [IterationSetup]
    public void Before()
    {
    }

    [Benchmark]
    public int Adds() => 1;
}
