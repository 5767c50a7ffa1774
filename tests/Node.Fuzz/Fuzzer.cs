using System.Diagnostics;

namespace Node.Fuzz;

/// <summary>Feeds one target until the time is up or an input breaks it.</summary>
public sealed class Fuzzer(FuzzTarget target, string findings)
{
    /// <summary>Far more than any input needs, also on a busy machine: what takes longer does not end.</summary>
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(20);

    private byte[] _input = [];
    private long _runs;

    /// <returns>Whether every input passed.</returns>
    public bool Run(int seed, TimeSpan time)
    {
        byte[][] seeds = [.. target.Seeds];
        if (seeds.Length == 0)
        {
            throw new InvalidOperationException($"{target.Name} has no seeds");
        }

        Random random = new(seed);
        Mutator mutator = new(random, target.Dictionary, target.MaxLength);
        Console.WriteLine($"{target.Name}: seed {seed}, {seeds.Length} seed inputs, {time.TotalSeconds:0} s");
        using Timer watchdog = new(StopIfStuck, new Progress(), Hang, Hang);
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            if (!RunOnce(mutator.Mutate(seeds[random.Next(seeds.Length)])))
            {
                Console.WriteLine($"{target.Name}: failed at input {_runs} of --seed {seed}");
                return false;
            }
        }

        Console.WriteLine($"{target.Name}: {_runs:N0} inputs, no finding");
        return true;
    }

    /// <returns>Whether the input passed; if not, it is written to the folder of findings.</returns>
    public bool RunOnce(ReadOnlySpan<byte> input)
    {
        Volatile.Write(ref _input, input.ToArray());
        Interlocked.Increment(ref _runs);
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            target.Run(input);
        }
        catch (Exception exception)
        {
            Report(exception.ToString());
            return false;
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > target.MaxAllocated)
        {
            Report($"allocated {allocated:N0} bytes, more than {target.MaxAllocated:N0}");
            return false;
        }

        return true;
    }

    private void Report(string what)
    {
        Directory.CreateDirectory(findings);
        string file = Path.Combine(findings, $"{target.Name}-{DateTime.UtcNow:yyyyMMdd-HHmmss-fff}.bin");
        File.WriteAllBytes(file, Volatile.Read(ref _input));
        Console.WriteLine($"{target.Name}: {what}");
        Console.WriteLine($"replay: ./build.sh fuzz --target {target.Name} --input {file}");
    }

    // A thread that does not come back cannot be stopped; the process can.
    private void StopIfStuck(object? state)
    {
        Progress progress = (Progress)state!;
        long runs = Interlocked.Read(ref _runs);
        if (runs == progress.Runs)
        {
            Report($"no end after {Hang.TotalSeconds:0} s");
            Environment.Exit(1);
        }

        progress.Runs = runs;
    }

    private sealed class Progress
    {
        public long Runs { get; set; } = -1;
    }
}
