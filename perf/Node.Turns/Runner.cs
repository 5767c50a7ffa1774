namespace Node.Turns;

/// <summary>What one side's benchmark cost in a launch: medians over its turns, CPU in ns and allocation in bytes an operation; or why it did not run.</summary>
internal sealed record Measured(double? Nanoseconds, double? Bytes, string? Fault);

/// <summary>A benchmark of one side, and what its turns have cost. A fault of the benchmark's ends its turns and nobody else's.</summary>
internal sealed class Runner
{
    private readonly Benchmark _benchmark;
    private readonly List<Cost> _costs = [];
    private Instance? _instance;
    private string? _fault;

    public Runner(Benchmark benchmark)
    {
        _benchmark = benchmark;
        Guard(() => _instance = benchmark.Start());
    }

    public bool Runs => _fault is null;

    /// <summary>An operation each, in the order of the turns.</summary>
    public IReadOnlyList<Cost> Costs => _costs;

    /// <summary>So many calls that do not count.</summary>
    /// <returns>Their CPU time in ns, 0 where it does not run.</returns>
    public double Try(int calls)
    {
        double time = 0;
        Guard(() => time = _instance!.Run(calls).Nanoseconds);
        return time;
    }

    public void Turn(int calls) => Guard(() =>
    {
        Cost cost = _instance!.Run(calls);
        double operations = (double)calls * _benchmark.Operations;
        _costs.Add(new Cost(cost.Nanoseconds / operations, cost.Bytes / operations));
    });

    /// <summary>Cleans up, too.</summary>
    public Measured End()
    {
        Guard(() => _instance!.Dispose());
        return Runs ? new Measured(Median.Of(_costs.Select(cost => cost.Nanoseconds)), Median.Of(_costs.Select(cost => cost.Bytes)), null) : new Measured(null, null, _fault);
    }

    private void Guard(Action benchmarks)
    {
        if (!Runs)
        {
            return;
        }

        try
        {
            benchmarks();
        }
        catch (Exception exception)
        {
            Exception cause = exception.GetBaseException();
            _fault = $"{cause.GetType().Name}: {cause.Message}";
        }
    }
}
