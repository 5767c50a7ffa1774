using System.Globalization;

namespace Node.Load.Soak;

/// <summary>What <c>soak</c> is asked to do.</summary>
internal sealed record SoakOptions
{
    public const string Help =
        """
        --hours H            how long the load lasts; fractions are fine                          2
        --only A,B           these scenarios alone: chat, market, notify, storm, slow, churn      all
        --scale F            so many times the users and rates                                    1
        --warmup SECONDS     load before what memory and handles are measured from                by the hours: 20 to 120
        --settle SECONDS     how long memory, handles, pools and queues may take to come back     90
        --p99 MS             that each step may have, in place of each scenario's own threshold
        --memory MIB         by which resident memory may have grown, if a tenth of it is less    8
        --configuration C    which build of the server is started                                 release
        --results FOLDER     where soak.json and soak.html go                                     .artifacts/perf

        a server that runs already, in place of one that is started and ended here:
        --server HOST:PORT   its WebSocket; the queue policies should be those of Soak/SoakServer.cs
        --push HOST:PORT     its push service, gRPC                                               HOST:50053
        --metrics URL        what Prometheus scrapes                                              http://HOST:9091/metrics
        --secret TEXT        signs users' tokens; without it the server takes names as they are
        --pid N              its process on this machine: memory is then read from /proc
        """;

    private const double LeastWarmup = 20;
    private const double MostWarmup = 120;

    public double Hours { get; init; } = 2;
    public string Only { get; init; } = "";
    public double Scale { get; init; } = 1;
    public double? WarmupSeconds { get; init; }
    public double SettleSeconds { get; init; } = 90;
    public double? MostP99Ms { get; init; }
    public double MemoryMiB { get; init; } = 8;
    public string Configuration { get; init; } = "release";
    public string Results { get; init; } = ".artifacts/perf";
    public string? Server { get; init; }
    public string? Push { get; init; }
    public string? Metrics { get; init; }
    public string Secret { get; init; } = "";
    public int Pid { get; init; }

    public double Warmup => WarmupSeconds ?? Math.Clamp(Hours * 3600 / 20, LeastWarmup, MostWarmup);

    /// <exception cref="ArgumentException">An option is unknown, or its value cannot be read.</exception>
    public static SoakOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new SoakOptions();
        for (int i = 0; i < arguments.Count; i += 2)
        {
            options = i + 1 < arguments.Count
                ? options.With(arguments[i], arguments[i + 1])
                : throw new ArgumentException($"{arguments[i]} needs a value, or is unknown.");
        }

        _ = SoakCatalogue.Pick(options.Only);
        return options;
    }

    private SoakOptions With(string name, string value) => name switch
    {
        "--only" => this with { Only = value },
        "--configuration" => this with { Configuration = value },
        "--results" => this with { Results = value },
        "--server" => this with { Server = value },
        "--push" => this with { Push = value },
        "--metrics" => this with { Metrics = value },
        "--secret" => this with { Secret = value },
        "--hours" => this with { Hours = Number(name, value) },
        "--scale" => this with { Scale = Number(name, value) },
        "--warmup" => this with { WarmupSeconds = Number(name, value) },
        "--settle" => this with { SettleSeconds = Number(name, value) },
        "--p99" => this with { MostP99Ms = Number(name, value) },
        "--memory" => this with { MemoryMiB = Number(name, value) },
        "--pid" => this with { Pid = (int)Number(name, value) },
        _ => throw new ArgumentException($"Unknown option {name}."),
    };

    private static double Number(string name, string value) =>
        double.TryParse(value, CultureInfo.InvariantCulture, out double number) && number > 0 && double.IsFinite(number)
            ? number : throw new ArgumentException($"{name} {value}: a number above 0.");
}
