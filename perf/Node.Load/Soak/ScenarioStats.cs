using Node.Load.Stats;

namespace Node.Load.Soak;

/// <summary>What one scenario's users have counted. Load thread only; what it hands out is anybody's.</summary>
internal sealed class ScenarioStats(string scenario)
{
    private const int MostReasons = 20;

    private readonly List<StepStats> _steps = [];
    private readonly LatencyHistogram _merged = new();
    private readonly Dictionary<string, long> _reasons = [];
    private long _okAtPoint;
    private long _failedAtPoint;

    public string Scenario { get; } = scenario;

    /// <summary>Messages that were lost, came again or came out of order where none may be.</summary>
    public long Disorder { get; private set; }

    public StepStats Step(string name)
    {
        StepStats? step = _steps.Find(known => known.Name == name);
        if (step is null)
        {
            _steps.Add(step = new StepStats(name));
        }

        return step;
    }

    /// <summary>A step has failed. The first reasons are kept, with how often they were given.</summary>
    public void Fail(string step, string reason)
    {
        Step(step).Fail();
        string key = $"{step}: {reason}";
        if (_reasons.Count < MostReasons || _reasons.ContainsKey(key))
        {
            _reasons[key] = _reasons.GetValueOrDefault(key) + 1;
        }
    }

    public void Disordered(string what)
    {
        Disorder++;
        Fail("delivery", what);
    }

    /// <summary>How it stands, with the latencies since the last time.</summary>
    public ScenarioNow EndSecond(int users)
    {
        (double p50, double p99) = Quantiles(step => step.Second);
        _steps.ForEach(step => step.EndSecond());
        return new ScenarioNow(Scenario, users, _steps.Sum(step => step.Ok), _steps.Sum(step => step.Failed), p50, p99);
    }

    /// <summary>What has happened since the last point of the report.</summary>
    public ScenarioPoint EndPoint(int users)
    {
        (double p50, double p99) = Quantiles(step => step.Point);
        _steps.ForEach(step => step.EndPoint());
        (long ok, long failed) = (_steps.Sum(step => step.Ok), _steps.Sum(step => step.Failed));
        var point = new ScenarioPoint(Scenario, users, ok - _okAtPoint, failed - _failedAtPoint, p50, p99);
        (_okAtPoint, _failedAtPoint) = (ok, failed);
        return point;
    }

    /// <summary>All of it; after the last <see cref="EndPoint"/>.</summary>
    public ScenarioResult Result() => new(
        Scenario, Disorder, new Dictionary<string, long>(_reasons),
        [.. _steps.Select(step => new StepResult(step.Name, step.Ok, step.Failed, Ms(step.All, 0.5), Ms(step.All, 0.99), Ms(step.All, 0.999), Ms(step.All, 1)))]);

    public void Clear()
    {
        _steps.ForEach(step => step.Clear());
        _reasons.Clear();
        (Disorder, _okAtPoint, _failedAtPoint) = (0, 0, 0);
    }

    private (double P50, double P99) Quantiles(Func<StepStats, LatencyHistogram> pick)
    {
        _merged.Clear();
        _steps.ForEach(step => _merged.Add(pick(step)));
        return (Ms(_merged, 0.5), Ms(_merged, 0.99));
    }

    private static double Ms(LatencyHistogram latency, double quantile) => latency.Quantile(quantile) / 1e6;
}

/// <summary>A scenario at one moment: counts since the beginning, milliseconds of the last second.</summary>
internal sealed record ScenarioNow(string Scenario, int Users, long Ok, long Failed, double P50, double P99);

/// <summary>A scenario between two points of the report; milliseconds.</summary>
internal sealed record ScenarioPoint(string Scenario, int Users, long Ok, long Failed, double P50, double P99);

/// <summary>A step over the whole run; milliseconds.</summary>
internal sealed record StepResult(string Step, long Ok, long Failed, double P50, double P99, double P999, double Max);

/// <summary>A scenario over the whole run.</summary>
internal sealed record ScenarioResult(string Scenario, long Disorder, IReadOnlyDictionary<string, long> Reasons, IReadOnlyList<StepResult> Steps)
{
    public long Ok => Steps.Sum(step => step.Ok);

    public long Failed => Steps.Sum(step => step.Failed);
}
