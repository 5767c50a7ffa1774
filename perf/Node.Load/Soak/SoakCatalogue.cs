using Node.Load.Soak.Scenarios;

namespace Node.Load.Soak;

/// <summary>The scenarios that there are: a new one is named here.</summary>
internal static class SoakCatalogue
{
    public static IReadOnlyList<SoakScenario> All() =>
    [
        new Chat(),
        new MarketData(),
        new Notifications(),
        new ReconnectStorm(),
        new SlowConsumers(),
        new RoomChurn(),
    ];

    /// <param name="names">Separated by commas; empty: all.</param>
    /// <exception cref="ArgumentException">There is no such scenario.</exception>
    public static IReadOnlyList<SoakScenario> Pick(string names)
    {
        IReadOnlyList<SoakScenario> all = All();
        string[] wanted = names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string? unknown = wanted.FirstOrDefault(name => all.All(scenario => scenario.Name != name));
        if (wanted.Length == 0 && names.Length > 0)
        {
            throw new ArgumentException($"--only {names}: no name.");
        }

        return unknown is null
            ? [.. all.Where(scenario => wanted.Length == 0 || wanted.Contains(scenario.Name))]
            : throw new ArgumentException($"--only {unknown}: there are {string.Join(", ", all.Select(scenario => scenario.Name))}.");
    }
}
