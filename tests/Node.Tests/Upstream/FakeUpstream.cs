using Node.Connect.Upstream;
using Node.Protocol.Upstream;
using Node.Tests.Support;

namespace Node.Tests.Upstream;

/// <summary>A way to the application that is the test: it takes each call, and says what becomes of it.</summary>
internal sealed class FakeUpstream : IUpstreamCall
{
    private readonly System.Threading.Channels.Channel<Call> _calls = System.Threading.Channels.Channel.CreateUnbounded<Call>();

    public int Waiting => _calls.Reader.Count;

    public async Task<BatchAnswer> AskAsync(Batch batch, string token, CancellationToken cancel)
    {
        var call = new Call(batch);
        _calls.Writer.TryWrite(call);
        return await call.Answer.Task.WaitAsync(cancel);
    }

    public void Dispose() => _calls.Writer.TryComplete();

    public async Task<Call> NextAsync() => await _calls.Reader.ReadAsync().AsTask().WaitAsync(RawClient.Patience);

    public sealed record Call(Batch Batch)
    {
        public TaskCompletionSource<BatchAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ulong[] Numbers => [.. Batch.Items.Select(item => item.Number)];

        public void Succeed(params Answer[] answers)
        {
            var batch = new BatchAnswer();
            batch.Answers.AddRange(answers);
            Answer.SetResult(batch);
        }

        public void Fail(UpstreamOutcome outcome) => Answer.SetException(new UpstreamException(outcome, "as the test says"));
    }
}
