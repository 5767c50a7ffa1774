using Node.Hub;
using Node.Tests.Messages;
using Node.Tests.Simulation;
using Node.Transport;

namespace Node.Tests.Hub;

/// <summary>Short questions with long answers: a flood of them costs a turn little, and is refused beyond a bound.</summary>
public class QueryQueueTests
{
    private const int Kept = 200_000;
    private const int Questions = 100;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_flood_of_history_is_answered_a_few_a_turn_and_bounded(int loops)
    {
        var options = new HubOptions
        {
            History = new HistoryOptions(MaxBytes: Kept), Queue = new SendPolicy(Overflow.Close, 64 * 1024 * 1024),
        };
        using var hub = new SimulatedHub(loops, options, faults: new SimulatedFaults { SendBufferBytes = int.MaxValue });
        SimulatedClient asker = hub.Named(0, "alice");
        asker.Send("join", "hall", seq: 1);
        hub.Settle();
        _ = hub.Hub.PublishAsync("hall", new string('x', Kept - 100));
        hub.Settle();
        asker.Take();
        for (int i = 0; i < Questions; i++)
        {
            asker.Send("history", "hall", seq: (ulong)(10 + i));
        }

        long most = 0;
        for (int turn = 0; turn < 200; turn++)
        {
            long before = hub.Loops.Sum(loop => loop.Counters.BytesSent);
            hub.Turn(turn % loops);
            most = Math.Max(most, hub.Loops.Sum(loop => loop.Counters.BytesSent) - before);
        }

        hub.Settle();
        Assert.InRange(most, Kept, 5 * Kept);
        List<MessageModel> answers = asker.Take();
        Assert.Equal(Questions, answers.Count);
        Assert.Equal(QueryQueue.MaxPerChannel, answers.Count(answer => answer.ErrorCode == 0));
        Assert.All(answers.Where(answer => answer.ErrorCode != 0), answer => Assert.Equal(ErrorCode.LimitExceeded, answer.ErrorCode));
        asker.Send("history", "hall", seq: 999);
        hub.Settle();
        Assert.Equal(0u, asker.Take().Single().ErrorCode);
    }
}
