using System.Diagnostics;
using System.Globalization;
using System.Text;
using Node.Wire.Messages;

namespace Node.Benchmarks.Hub;

/// <summary>
/// How long the garbage collector holds a hub up that has many connections: for some seconds users come, join, talk and leave rooms, and every
/// collection's pause is noted. A measurement of its own and no benchmark: what counts is the longest one.
/// </summary>
internal static class Pauses
{
    private const int Seconds = 10;
    private const int MessagesATurn = 64;

    /// <param name="connections">That are there all the time.</param>
    public static void Measure(int connections)
    {
        using var hub = new HubCrowd(connections);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        byte[][] turn = [.. Enumerable.Range(0, 3).Select(i => hub.Frame(Message(i)))];
        var pauses = new Dictionary<int, List<double>>();
        long seen = GC.CollectionCount(0);
        long messages = 0;
        long from = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(from).TotalSeconds < Seconds)
        {
            for (int i = 0; i < MessagesATurn; i++, messages++)
            {
                hub.Crowd.Receive((int)(messages / turn.Length * 7919 % connections), turn[messages % turn.Length]);
            }

            if (GC.CollectionCount(0) != seen)
            {
                seen = GC.CollectionCount(0);
                Note(pauses);
            }
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{connections:N0} connections, {messages / (double)Seconds:N0} messages/s, {GC.GetTotalMemory(false) >> 20} MiB of objects"));
        foreach ((int generation, List<double> list) in pauses.OrderBy(pair => pair.Key))
        {
            list.Sort();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  generation {generation}: {list.Count} collections, median {list[list.Count / 2]:F2} ms, p99 {list[(int)(list.Count * 0.99)]:F2}, longest {list[^1]:F2}"));
        }
    }

    private static void Note(Dictionary<int, List<double>> pauses)
    {
        GCMemoryInfo info = GC.GetGCMemoryInfo(GCKind.Any);
        if (!pauses.TryGetValue(info.Generation, out List<double>? list))
        {
            pauses.Add(info.Generation, list = []);
        }

        list.Add(info.PauseDurations[0].TotalMilliseconds);
    }

    // Each connection's own turn of joining a second room, asking who is there, and leaving it.
    private static ClientMessage Message(int step) => new()
    {
        MessageId = step switch { 0 => Routes.Join, 1 => Routes.Presence, _ => Routes.Leave },
        Seq = 1,
        Room = Encoding.UTF8.GetBytes("second"),
    };
}
