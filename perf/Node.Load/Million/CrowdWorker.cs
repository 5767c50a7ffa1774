using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace Node.Load.Million;

/// <summary>
/// A load process. Its parent sends one command a line: <c>open N</c>, <c>avoid NODE WINDOW_MS</c>, <c>kill NODE WINDOW_MS</c>, <c>latency</c>;
/// it prints its counts twice a second, and <c>latency</c> gives the histogram since the last time. The end of the input ends the process.
/// </summary>
internal static class CrowdWorker
{
    public const string Counts = "counts ";
    public const string Latency = "latency ";

    private const int TellMs = 500;

    /// <param name="arguments">The plan, and which process this is.</param>
    public static int Run(string[] arguments)
    {
        var commands = new ConcurrentQueue<string>();
        new Thread(() => Read(commands)) { IsBackground = true }.Start();
        using var crowd = new Crowd(CrowdPlan.Parse(arguments[0]), int.Parse(arguments[1], CultureInfo.InvariantCulture));
        long toldAt = 0;
        string told = "";
        while (true)
        {
            crowd.Turn();
            if (commands.TryDequeue(out string? command) && !Do(crowd, command))
            {
                return 0;
            }

            if (Environment.TickCount64 - toldAt >= TellMs)
            {
                toldAt = Environment.TickCount64;
                string counts = crowd.Counts.ToJson();
                if (counts != told)
                {
                    told = counts;
                    Console.WriteLine(Counts + counts);
                }
            }
        }
    }

    private static bool Do(Crowd crowd, string command)
    {
        string[] words = command.Split(' ');
        int Number(int at) => int.Parse(words[at], CultureInfo.InvariantCulture);
        switch (words[0])
        {
            case "open":
                crowd.Open(Number(1));
                return true;
            case "avoid" or "kill":
                crowd.Avoid(Number(1), words[0] == "kill", Number(2));
                return true;
            case "latency":
                Console.WriteLine(Latency + JsonSerializer.Serialize(new CrowdLatency(crowd.Latency.Max, crowd.Latency.ToSparse())));
                crowd.Latency.Clear();
                return true;
            default:
                return false;
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
