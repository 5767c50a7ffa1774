using Node.Host.Settings;

namespace Node.Connect.Settings;

/// <summary>Settings under <c>queue:</c>: what waits for a client that reads slowly.</summary>
public sealed record QueueSection
{
    [Setting("Bytes that may wait for one connection.", Hot = true, Bytes = true, Min = "1KiB", Max = "1GiB")]
    public int MaxBytes { get; init; } = 1024 * 1024;

    [Setting("What happens when they do not suffice: drop_oldest, latest_only (keep a room's newest message), or close (3008).", Hot = true)]
    public QueuePolicy Policy { get; init; } = QueuePolicy.DropOldest;
}
