namespace Node.Tests.Simulation;

/// <summary>Chances, from 0 to 1 a call, of what a kernel may do to a program.</summary>
public sealed record SimulatedFaults
{
    /// <summary>Nothing goes wrong: for tests that want the seam and no trouble, and to let a simulation settle.</summary>
    public static SimulatedFaults None { get; } = new();

    /// <summary>A read or write ends after any number of bytes.</summary>
    public double Short { get; init; }

    /// <summary>EAGAIN or EINTR, although it was ready.</summary>
    public double Again { get; init; }

    /// <summary>Readiness that comes a turn later.</summary>
    public double Late { get; init; }

    /// <summary>Readiness for nothing.</summary>
    public double Spurious { get; init; }

    public double AcceptFails { get; init; }

    /// <summary>The kernel refuses to watch a descriptor.</summary>
    public double AddFails { get; init; }

    /// <summary>Every accept fails with this errno.</summary>
    public int? AcceptError { get; init; }

    /// <summary>What a socket takes before the peer reads.</summary>
    public int SendBufferBytes { get; init; } = 64 * 1024;

    /// <summary>Sends from which a batch is worth it; 0: there are no batches. As the poller is made, so it stays.</summary>
    public int BatchFrom { get; init; }

    public int BatchCapacity { get; init; } = 8;

    public static SimulatedFaults Any(Random random) => new()
    {
        Short = random.NextDouble() * 0.9,
        Again = random.NextDouble() * 0.4,
        Late = random.NextDouble() * 0.5,
        Spurious = random.NextDouble() * 0.2,
        AcceptFails = random.NextDouble() * 0.3,
        AddFails = random.NextDouble() * 0.05,
        SendBufferBytes = random.Next(1, 4096),
        BatchFrom = random.Next(4),
        BatchCapacity = random.Next(1, 8),
    };
}
