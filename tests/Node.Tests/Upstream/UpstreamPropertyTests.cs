using System.Collections.Concurrent;
using FsCheck;
using FsCheck.Fluent;
using Node.Connect.Settings;
using Node.Connect.Upstream;
using Node.Protocol.Upstream;
using Node.Tests.Settings;
using Node.Tests.Support;

namespace Node.Tests.Upstream;

/// <summary>
/// Many connections, an application that fails at random: whatever happens, each item gets one outcome, a connection's items reach the
/// application in their order and never two calls at once, and nothing is left in the queue.
/// </summary>
public class UpstreamPropertyTests
{
    [Fact]
    public void Order_bounds_and_one_outcome_hold_whatever_the_application_does() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => Task.Run(() => RunAsync(seed)).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    private static async Task RunAsync(int seed)
    {
        var random = new Random(seed);
        var application = new MoodyApplication(seed);
        var settings = new UpstreamSection
        {
            Lanes = random.Next(1, 5), Batch = random.Next(1, 8), MaxWaiting = random.Next(5, 60),
            Gather = TimeSpan.FromMilliseconds(random.Next(0, 3)), GiveUpAfter = TimeSpan.FromHours(3),
        };
        var time = new ManualTime();
        var lanes = new UpstreamLanes(settings, application, "n1", time, new RecordingLog());
        List<ProbeItem> items = [];
        for (int i = 0; i < 100; i++)
        {
            var item = new ProbeItem((ulong)random.Next(1, 9), isEvent: random.Next(4) == 0);
            items.Add(item);
            lanes.Add(item);
            if (random.Next(5) == 0)
            {
                time.Advance(TimeSpan.FromMilliseconds(random.Next(1, 400)));
                await Task.Yield();
            }
        }

        Task<string[]> outcomes = Task.WhenAll(items.Select(item => item.Outcome));
        await PassAsync(time, outcomes);
        Assert.All(await outcomes, outcome => Assert.Contains(outcome, (string[])["ok", "ok 1", "error 100", "error 112", "error 114"]));
        Assert.Null(application.Broken);
        await PassAsync(time, lanes.DisposeAsync().AsTask());
    }

    private static async Task PassAsync(ManualTime time, Task done)
    {
        using var patience = new CancellationTokenSource(RawClient.Patience);
        while (!done.IsCompleted)
        {
            patience.Token.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Yield();
        }

        await done;
    }

    private sealed class MoodyApplication(int seed) : IUpstreamCall
    {
        private readonly ConcurrentDictionary<string, bool> _busy = new();
        private readonly ConcurrentDictionary<string, ulong> _last = new();
        private readonly Random _random = new(seed);

        /// <summary>What should not have been.</summary>
        public string? Broken { get; private set; }

        public async Task<BatchAnswer> AskAsync(Batch batch, string token, CancellationToken cancel)
        {
            string[] clients = [.. batch.Items.Where(item => item.Message is not null).Select(item => item.Client).Distinct()];
            foreach (string client in clients)
            {
                Broken = _busy.TryAdd(client, true) ? Broken : $"two calls for {client}";
            }

            int mood = Mood();
            try
            {
                await Task.Yield();
                return await AnswerAsync(batch, mood, cancel);
            }
            finally
            {
                Array.ForEach(clients, client => _busy.TryRemove(client, out _));
            }
        }

        public void Dispose()
        {
            // It holds nothing.
        }

        private int Mood()
        {
            lock (_random)
            {
                return _random.Next(10);
            }
        }

        private async Task<BatchAnswer> AnswerAsync(Batch batch, int mood, CancellationToken cancel)
        {
            switch (mood)
            {
                case 0:
                    await new TaskCompletionSource().Task.WaitAsync(cancel);
                    break;
                case 1 or 2:
                    throw new UpstreamException(UpstreamOutcome.Away, "moody");
                case 3:
                    throw new UpstreamException(UpstreamOutcome.Refused, "moody");
            }

            var answer = new BatchAnswer();
            foreach (Item item in batch.Items.Where(item => item.Message is not null))
            {
                ulong last = _last.GetValueOrDefault(item.Client);
                Broken = item.Number > last ? Broken : $"{item.Number} came after {last}";
                _last[item.Client] = item.Number;
                answer.Answers.Add(new Answer { Number = item.Number, Data = Google.Protobuf.ByteString.CopyFromUtf8("1") });
            }

            return answer;
        }
    }
}
