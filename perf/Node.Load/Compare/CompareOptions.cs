using System.Globalization;

namespace Node.Load.Compare;

/// <summary>The arguments of "compare".</summary>
internal sealed record CompareOptions
{
    public const string Help =
        """
        Node.Load compare [options]     starts each server in turn and measures it
        --quick              one short round: shows that everything works, not how fast it is
        --rounds N           instead of the plan's
        --rows A,B           only these
        --servers A,B        only these; the baseline is always measured
        --server-cpus LIST   instead of the plan's; "" for all
        --load-cpus LIST     instead of the plan's; "" for all
        --plan FILE          perf/compare.json
        --out FOLDER         .artifacts/perf
        """;

    public bool Quick { get; init; }
    public int? Rounds { get; init; }
    public string[]? Rows { get; init; }
    public string[]? Servers { get; init; }
    public string? ServerCpus { get; init; }
    public string? LoadCpus { get; init; }
    public string? Plan { get; init; }
    public string? Out { get; init; }

    /// <exception cref="ArgumentException">An option is unknown or lacks its value.</exception>
    public static CompareOptions Parse(string[] arguments)
    {
        var options = new CompareOptions();
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == "--quick")
            {
                options = options with { Quick = true };
                continue;
            }

            string value = i + 1 < arguments.Length
                ? arguments[i + 1]
                : throw new ArgumentException($"{arguments[i]} needs a value, or is unknown.");
            options = arguments[i++] switch
            {
                "--rounds" when int.TryParse(value, CultureInfo.InvariantCulture, out int rounds) && rounds > 0 =>
                    options with { Rounds = rounds },
                "--rows" => options with { Rows = value.Split(',') },
                "--servers" => options with { Servers = value.Split(',') },
                "--server-cpus" => options with { ServerCpus = value },
                "--load-cpus" => options with { LoadCpus = value },
                "--plan" => options with { Plan = value },
                "--out" => options with { Out = value },
                string name => throw new ArgumentException($"Unknown option or value: {name} {value}."),
            };
        }

        return options;
    }
}
