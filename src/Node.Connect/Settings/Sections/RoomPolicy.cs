using Node.Host.Settings;

namespace Node.Connect.Settings;

/// <summary>One item of <c>rooms.policies</c>.</summary>
public sealed record RoomPolicy
{
    [Setting("A room's name; * at its end matches any rest.", Required = true)]
    public string Pattern { get; init; } = "";

    [Setting("As queue.policy.", Required = true)]
    public QueuePolicy Policy { get; init; }

    [Setting("Bytes of this room that may wait for one connection. 0: no bound but queue.max_bytes.", Bytes = true, Max = "1GiB")]
    public int MaxBytes { get; init; }
}
