using Node.Host.Settings;

namespace Node.Connect.Settings;

/// <summary>Settings under <c>messages:</c>.</summary>
public sealed record MessagesSection
{
    [Setting("Largest message from a client, after defragmenting and inflating; beyond it close 1009.",
        Hot = true, Bytes = true, Min = "128", Max = "64MiB")]
    public int MaxBytes { get; init; } = 64 * 1024;

    [Setting("Largest single frame from a client; beyond it close 1009. 0: as messages.max_bytes.", Hot = true, Bytes = true, Max = "64MiB")]
    public int MaxFrameBytes { get; init; }
}
