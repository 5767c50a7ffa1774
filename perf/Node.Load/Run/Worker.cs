using System.Collections.Concurrent;
using System.Text.Json;
using Node.Load.Scenarios;

namespace Node.Load.Run;

/// <summary>
/// A process that loads the server. Its parent sends one command a line: warm, connect, start, measure, stop; each is
/// answered by "done", "result {…}" or "failed reason". The end of the input ends the process.
/// </summary>
internal static class Worker
{
    public const string Done = "done";
    public const string Result = "result ";
    public const string Failed = "failed ";

    public static int Run(string name, LoadOptions options)
    {
        var commands = new ConcurrentQueue<string>();
        var reader = new Thread(() => Read(commands)) { IsBackground = true };
        reader.Start();
        try
        {
            using Scenario scenario = Create(name, options);
            if (options.Metrics > 0)
            {
                LoadMetrics.Serve(options.Metrics + (options.Worker ?? 0), scenario);
            }

            return Serve(scenario, commands);
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException)
        {
            Console.WriteLine(Failed + fault.Message.ReplaceLineEndings(" "));
            return 1;
        }
    }

    /// <exception cref="ArgumentException">There is no such scenario.</exception>
    public static Scenario Create(string name, LoadOptions options) => name switch
    {
        "idle" => new IdleScenario(options),
        "heartbeats" => new HeartbeatScenario(options),
        "handshake" => new HandshakeScenario(options),
        "echo" => new EchoScenario(options),
        "fanout" => new FanoutScenario(options),
        "rooms" => new RoomsScenario(options),
        "joins" => new JoinsScenario(options),
        _ => throw new ArgumentException($"Unknown scenario {name}."),
    };

    private static int Serve(Scenario scenario, ConcurrentQueue<string> commands)
    {
        while (true)
        {
            scenario.Turn();
            if (!commands.TryDequeue(out string? command))
            {
                continue;
            }

            switch (command)
            {
                case "warm":
                    scenario.Warm();
                    break;
                case "connect":
                    scenario.Connect();
                    break;
                case "start":
                    scenario.Start();
                    break;
                case "measure":
                    scenario.Measure();
                    break;
                case "stop":
                    Console.WriteLine(Result + JsonSerializer.Serialize(scenario.Finish()));
                    continue;
                default:
                    return 0;
            }

            Console.WriteLine(Done);
        }
    }

    private static void Read(ConcurrentQueue<string> commands)
    {
        while (Console.ReadLine() is string line)
        {
            commands.Enqueue(line);
        }

        commands.Enqueue("end");
    }
}
