using Node.Host.Settings;

namespace Node.Connect.Settings;

/// <summary>Settings under <c>upstream:</c>: the application that gets what the node does not handle itself (<c>protocol/upstream.md</c>).</summary>
public sealed record UpstreamSection
{
    [Setting("Where the application is: grpc://host:port, grpcs://host:port, or a URL that batches are posted to. Empty: there is none.")]
    public string Url { get; init; } = "";

    [Setting("Sent to it as authorization: Bearer. Empty: nothing is sent.", Hot = true, Secret = true)]
    public string Token { get; init; } = "";

    [Setting("Which events it hears of.", Hot = true)]
    public IReadOnlyList<string> Events { get; init; } = ["connected", "joined", "left", "disconnected"];

    [Setting("Time that it has for a batch.", Hot = true, Min = "10ms", Max = "5m")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    [Setting("Time after which a message gets an error and an event is dropped, all tries together.", Hot = true, Min = "10ms", Max = "10m")]
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromSeconds(15);

    [Setting("Messages and events that may wait for it; beyond it error 114.", Hot = true, Min = "1", Max = "10000000")]
    public int MaxWaiting { get; init; } = 10_000;

    [Setting("Bytes that may wait for it; beyond it error 114.", Hot = true, Bytes = true, Min = "1KiB", Max = "1GiB")]
    public int MaxWaitingBytes { get; init; } = 16 * 1024 * 1024;

    [Setting("Messages and events in one batch, at most.", Hot = true, Min = "1", Max = "10000")]
    public int Batch { get; init; } = 100;

    [Setting("How long a batch waits for more, once its first item is there.", Hot = true, Max = "1s")]
    public TimeSpan Gather { get; init; } = TimeSpan.FromMilliseconds(5);

    [Setting("Calls that may be under way at once. A connection's items keep to one of them, one after the other.", Min = "1", Max = "256")]
    public int Lanes { get; init; } = 8;
}
