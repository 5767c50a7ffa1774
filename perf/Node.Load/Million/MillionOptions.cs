using System.Globalization;

namespace Node.Load.Million;

/// <summary>What <c>million</c> is asked to do.</summary>
internal sealed record MillionOptions
{
    public const string Help =
        """
        --connections N      clients, each a user in a room of 50 and in the room of everybody   1000000
        --nodes N            connect-nodes; 0: as many as the descriptor limit asks for          0
        --hold SECONDS       that all of them are held with heartbeats                           600
        --pushes N           room pushes a second, for --push-seconds                            1000
        --push-seconds N                                                                         60
        --room-size N        members of a small room                                             50
        --spread N           nodes that the members of one room are connected to                 2
        --connecting N       load processes that connect at a time                               4
        --at-once N          handshakes under way in each of them                                64
        --drain-rate N       closes a second of the node that is emptied; 0: its own rate        2000
        --window SECONDS     over which clients of a killed node come back                       5
        --stores             the controller has a Redis
        --no-kill            leave out killing and emptying a node, which need three
        --network N          addresses 127.N.x.y and 127.N+1.x.y                                 77
        --per-process N      connections that a process may hold; 0: by its limit                0
        --configuration C    which build of the servers                                          release
        --results FOLDER     where million.json and million.html go                              .artifacts/perf
        """;

    public int Connections { get; init; } = 1_000_000;
    public int Nodes { get; init; }
    public int Hold { get; init; } = 600;
    public int Pushes { get; init; } = 1000;
    public int PushSeconds { get; init; } = 60;
    public int RoomSize { get; init; } = 50;
    public int Spread { get; init; } = 2;
    public int Connecting { get; init; } = 4;
    public int AtOnce { get; init; } = 64;
    public int DrainRate { get; init; } = 2000;
    public int Window { get; init; } = 5;
    public bool Stores { get; init; }
    public bool NoKill { get; init; }
    public int Network { get; init; } = 77;
    public int PerProcess { get; init; }
    public string Configuration { get; init; } = "release";
    public string Results { get; init; } = ".artifacts/perf";

    /// <exception cref="ArgumentException">An option is unknown, or its value cannot be read.</exception>
    public static MillionOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new MillionOptions();
        for (int i = 0; i < arguments.Count; i++)
        {
            string name = arguments[i];
            if (name is "--stores" or "--no-kill")
            {
                options = options with { Stores = options.Stores || name == "--stores", NoKill = options.NoKill || name == "--no-kill" };
                continue;
            }

            if (i + 1 == arguments.Count)
            {
                throw new ArgumentException($"{name} needs a value, or is unknown.");
            }

            options = options.With(name, arguments[++i]);
        }

        return options switch
        {
            { RoomSize: < 1 } or { Spread: < 1 } or { Connecting: < 1 } or { AtOnce: < 1 } =>
                throw new ArgumentException("--room-size, --spread, --connecting, --at-once: at least 1."),
            { Network: < 1 or > 253 } => throw new ArgumentException($"--network {options.Network}: 1 to 253, the second byte of addresses; the next one is the load's."),
            _ when options.Connections < options.RoomSize => throw new ArgumentException($"--connections {options.Connections}: a room at least, {options.RoomSize}."),
            _ => options,
        };
    }

    private MillionOptions With(string name, string value) => name switch
    {
        "--configuration" => this with { Configuration = value },
        "--results" => this with { Results = value },
        _ => WithNumber(name, int.TryParse(value, CultureInfo.InvariantCulture, out int number) && number >= 0
            ? number : throw new ArgumentException($"{name} {value}: a whole number from 0 to {int.MaxValue}.")),
    };

    private MillionOptions WithNumber(string name, int value) => name switch
    {
        "--connections" => this with { Connections = value },
        "--nodes" => this with { Nodes = value },
        "--hold" => this with { Hold = value },
        "--pushes" => this with { Pushes = value },
        "--push-seconds" => this with { PushSeconds = value },
        "--room-size" => this with { RoomSize = value },
        "--spread" => this with { Spread = value },
        "--connecting" => this with { Connecting = value },
        "--at-once" => this with { AtOnce = value },
        "--drain-rate" => this with { DrainRate = value },
        "--window" => this with { Window = value },
        "--network" => this with { Network = value },
        "--per-process" => this with { PerProcess = value },
        _ => throw new ArgumentException($"Unknown option {name}."),
    };
}
