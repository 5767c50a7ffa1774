using Node.Connect.Upstream;
using Node.Protocol.Upstream;

namespace Node.Tests.Upstream;

/// <summary>Something for the application that remembers what became of it: <c>ok</c>, <c>ok DATA</c>, <c>error CODE</c>.</summary>
internal sealed class ProbeItem(ulong connection, int bytes = 300, bool isEvent = false) : UpstreamItem
{
    private readonly TaskCompletionSource<string> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override string Kind => isEvent ? "event" : "message";

    public override ulong Connection => connection;

    public override int Bytes => bytes;

    public override bool WantsAnswer => !isEvent;

    public Task<string> Outcome => _outcome.Task;

    public override Item ToItem() => isEvent
        ? new Item { Number = Number, Event = new Event() }
        : new Item { Number = Number, Client = $"{connection}", Message = new Message { MessageId = "probe" } };

    // Settling twice throws.
    public override void Settle(Answer? answer) =>
        _outcome.SetResult(answer is null ? "ok" : answer.Error is { } error ? $"error {error.Code}" : $"ok {answer.Data.ToStringUtf8()}");

    public override void GiveUp(uint code, string reason) => _outcome.SetResult($"error {code}");
}
