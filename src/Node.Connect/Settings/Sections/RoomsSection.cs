using Node.Host.Settings;

namespace Node.Connect.Settings;

/// <summary>Settings under <c>rooms:</c>.</summary>
public sealed record RoomsSection
{
    [Setting("Rooms that one connection may be in; beyond it error 106.", Hot = true, Min = "1", Max = "1000000")]
    public int MaxPerConnection { get; init; } = 128;

    [Setting("Messages kept per room for those who come back. 0: none.", Hot = true, Max = "1000000")]
    public int History { get; init; } = 100;

    [Setting("Bytes kept per room for the same purpose; the tighter of the two limits holds.", Hot = true, Bytes = true, Max = "1GiB")]
    public int HistoryBytes { get; init; } = 256 * 1024;

    [Setting("Bytes kept for all rooms together. A room that finds no place any more forgets what it has kept.", Hot = true, Bytes = true,
        Max = "1GiB")]
    public int HistoryTotalBytes { get; init; } = 256 * 1024 * 1024;

    [Setting("Age at which a kept message expires.", Hot = true, Max = "168h")]
    public TimeSpan HistoryTtl { get; init; } = TimeSpan.FromMinutes(5);

    [Setting("Users listed by name in join and presence replies; rooms larger than this send no joined and left.", Hot = true, Max = "100000")]
    public int PresenceLimit { get; init; } = 200;

    [Setting("Queue policy and bound of single rooms; the first pattern that matches holds.", Hot = true,
        Example = "[{pattern: \"ticker-*\", policy: latest_only, max_bytes: 64KiB}]")]
    public IReadOnlyList<RoomPolicy> Policies { get; init; } = [];
}
