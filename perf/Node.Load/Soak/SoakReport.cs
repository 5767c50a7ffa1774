using Node.Load.Reports;

namespace Node.Load.Soak;

/// <summary>One point of the plots: the server, and each scenario since the point before.</summary>
internal sealed record SoakPoint(ServerSample Server, IReadOnlyList<ScenarioPoint> Scenarios);

/// <summary>What a soak has found out.</summary>
internal sealed class SoakReport : RunReport
{
    public required double Hours { get; init; }
    public required double Scale { get; init; }

    /// <summary>What each scenario does.</summary>
    public required IReadOnlyDictionary<string, string> What { get; init; }

    /// <summary>Seconds that the load has lasted: less than the hours where it was told to stop.</summary>
    public double LoadSeconds { get; set; }

    public List<ScenarioResult> Results { get; } = [];

    public List<SoakPoint> Points { get; } = [];

    /// <summary>The server at rest: after the warm-up, and after the load.</summary>
    public ServerSample? Before { get; set; }
    public ServerSample? After { get; set; }

    /// <summary>What does not hold, a line each.</summary>
    public IEnumerable<string> Breaches() => Figures.Where(figure => !figure.IsMet && figure.IsRequired)
        .Select(figure => $"{figure.Phase}: {figure.Name} is {Number(figure.Value)} {figure.Unit}, asked for was {figure.Goal}".Replace("  ", " ", StringComparison.Ordinal))
        .Concat(Problem is null ? [] : [Problem]);
}
