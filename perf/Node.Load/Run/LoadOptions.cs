using System.Globalization;
using System.Net;

namespace Node.Load.Run;

/// <summary>What one run is asked to do. The same arguments start the parent and its workers.</summary>
internal sealed record LoadOptions
{
    public const string Help =
        """
        --server HOST:PORT   IPv4 address of the server; several, separated by commas: one a process, in turn   127.0.0.1:8083
        --path PATH          what the handshake asks for                      /echo, /room with fanout
        --hub                speak the hub's protocol: /ws?user=…, join, publish
        --silent             idle with --hub: read nothing once in the room
        --room NAME          the room to join with --hub; what names begin with (rooms)   load
        --room-size N        members of a room (rooms, joins)                 20
        --everybody          no rooms, but broadcasts to all (rooms with --push; without it: only listen)
        --push HOST:PORT     push through this push-manager's gRPC (rooms)
        --controller HOST:PORT   asked for the members of a room until it shows the join (joins)
        --joins N            memberships in all (joins)                       100000
        --connections N      over all processes                               100
        --payload BYTES      of a message                                     64
        --depth N            messages in flight: a connection (echo), in all (fanout)   1
        --rate N             handshakes or deliveries a second; 0: as fast as the server answers   0
        --interval SECONDS   between two pings of a connection, as the server is set (heartbeats)   25
        --warmup SECONDS     before measuring                                 1
        --warmup-cpu SECONDS goes on until the server has used so much CPU, 30 s at most   0
        --seconds SECONDS    of measuring                                     5
        --settle SECONDS     before memory is read                            2
        --processes N        to spread the connections over                   1
        --sources N          source addresses 127.0.0.1 … 127.0.0.N; 0: any   0
        --cpus LIST          CPUs for the load generator, as taskset takes them
        --pid PID[,PID]      the server's processes, for their CPU time; of the first, memory
        --gc-url URL         fetched before memory is read, for servers that collect on request
        --metrics PORT       counts and latencies for Prometheus while it runs, on 127.0.0.1; worker N on PORT + N
        --json FILE          writes the report there too
        """;

    public IReadOnlyList<IPEndPoint> Servers { get; init; } = [new(IPAddress.Loopback, 8083)];
    public string? Path { get; init; }
    public bool Hub { get; init; }
    public bool Silent { get; init; }
    public string Room { get; init; } = "load";
    public int RoomSize { get; init; } = 20;
    public bool Everybody { get; init; }
    public string? Push { get; init; }
    public string? Controller { get; init; }
    public int Joins { get; init; } = 100_000;
    public int Connections { get; init; } = 100;
    public int Payload { get; init; } = 64;
    public int Depth { get; init; } = 1;
    public double Rate { get; init; }
    public double Interval { get; init; } = 25;
    public double Warmup { get; init; } = 1;
    public double WarmupCpu { get; init; }
    public double Seconds { get; init; } = 5;
    public double Settle { get; init; } = 2;
    public int Processes { get; init; } = 1;
    public int Sources { get; init; }
    public string? Cpus { get; init; }
    public IReadOnlyList<int> Pids { get; init; } = [];
    public string? GcUrl { get; init; }
    public int Metrics { get; init; }
    public string? Json { get; init; }

    /// <summary>Which worker this process is; null in the parent.</summary>
    public int? Worker { get; init; }

    /// <summary>Whom this worker connects to.</summary>
    public IPEndPoint Server => Servers[(Worker ?? 0) % Servers.Count];

    /// <summary>This worker's part of the connections: the first workers take what does not divide.</summary>
    public int OwnConnections
    {
        get
        {
            int worker = Worker ?? 0;
            return (Connections / Processes) + (worker < Connections % Processes ? 1 : 0);
        }
    }

    /// <exception cref="ArgumentException">An option is unknown, or its value cannot be read.</exception>
    public static LoadOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new LoadOptions();
        for (int i = 0; i < arguments.Count; i++)
        {
            string name = arguments[i];
            if (name is "--hub" or "--silent" or "--everybody")
            {
                options = options with
                {
                    Hub = options.Hub || name == "--hub",
                    Silent = options.Silent || name == "--silent",
                    Everybody = options.Everybody || name == "--everybody",
                };
                continue;
            }

            if (i + 1 == arguments.Count)
            {
                throw new ArgumentException($"{name} needs a value, or is unknown.");
            }

            try
            {
                options = options.With(name, arguments[++i]);
            }
            catch (Exception fault) when (fault is FormatException or OverflowException)
            {
                throw new ArgumentException($"{name} {arguments[i]}: {fault.Message}", fault);
            }
        }

        return options.Checked();
    }

    private LoadOptions With(string name, string value) => name switch
    {
        "--server" => this with { Servers = [.. value.Split(',').Select(IPEndPoint.Parse)] },
        "--path" => this with { Path = value },
        "--room" => this with { Room = value },
        "--room-size" => this with { RoomSize = Whole(value) },
        "--push" => this with { Push = value },
        "--controller" => this with { Controller = value },
        "--joins" => this with { Joins = Whole(value) },
        "--connections" => this with { Connections = Whole(value) },
        "--payload" => this with { Payload = Whole(value) },
        "--depth" => this with { Depth = Whole(value) },
        "--rate" => this with { Rate = Real(value) },
        "--interval" => this with { Interval = Real(value) },
        "--warmup" => this with { Warmup = Real(value) },
        "--warmup-cpu" => this with { WarmupCpu = Real(value) },
        "--seconds" => this with { Seconds = Real(value) },
        "--settle" => this with { Settle = Real(value) },
        "--processes" => this with { Processes = Whole(value) },
        "--sources" => this with { Sources = Whole(value) },
        "--cpus" => this with { Cpus = value },
        "--pid" => this with { Pids = [.. value.Split(',').Select(Whole)] },
        "--gc-url" => this with { GcUrl = value },
        "--metrics" => this with { Metrics = Whole(value) },
        "--json" => this with { Json = value },
        "--worker" => this with { Worker = Whole(value) },
        _ => throw new ArgumentException($"Unknown option {name}."),
    };

    private LoadOptions Checked()
    {
        if (Connections < 1 || Depth < 1 || RoomSize < 1 || Processes < 1 || Processes > Connections)
        {
            throw new ArgumentException("--connections, --depth, --processes: at least 1, and a connection a process.");
        }

        return Payload is >= 1 and <= 65536
            ? this
            : throw new ArgumentException("--payload lies between 1 and 65536 bytes.");
    }

    private static int Whole(string value) => int.Parse(value, CultureInfo.InvariantCulture);

    private static double Real(string value) => double.Parse(value, CultureInfo.InvariantCulture);
}
