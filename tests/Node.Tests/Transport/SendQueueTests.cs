using FsCheck;
using FsCheck.Fluent;
using Node.Transport;

namespace Node.Tests.Transport;

/// <summary>The queue against a naive list, by any sequence of appends, partial sends and drops.</summary>
public class SendQueueTests
{
    [Fact]
    public void Any_sequence_leaves_what_a_naive_list_would()
    {
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), RunSequence)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void A_frame_that_replaces_a_shorter_one_keeps_to_the_bound()
    {
        (SendQueue queue, FramePool pool) = NewQueue();
        var policy = new SendPolicy(Overflow.LatestOnly, 100);
        for (int room = 0; room < 10; room++)
        {
            queue.Append(Frame(pool, 10), new FrameTraits(Lane.Data, policy, string.Intern($"room {room}")));
        }

        foreach (int room in Enumerable.Range(0, 10))
        {
            queue.Append(Frame(pool, 60), new FrameTraits(Lane.Data, policy, string.Intern($"room {room}")));
            Assert.InRange(queue.Bytes, 0, 100);
        }
    }

    [Fact]
    public void A_frame_that_may_not_be_missed_is_not_dropped_for_one_that_may()
    {
        (SendQueue queue, FramePool pool) = NewQueue();
        var strict = new SendPolicy(Overflow.Close, 100);
        var loose = new SendPolicy(Overflow.DropOldest, 100);
        Assert.True(queue.Append(Frame(pool, 60), new FrameTraits(Lane.Data, strict)));
        Assert.True(queue.Append(Frame(pool, 30), new FrameTraits(Lane.Data, loose)));
        Assert.True(queue.Append(Frame(pool, 35), new FrameTraits(Lane.Data, loose)));
        Assert.Equal(95, queue.Bytes);
        Assert.True(queue.Append(Frame(pool, 90), new FrameTraits(Lane.Data, loose)));
        Assert.Equal(60, queue.Bytes);
        Assert.Equal(3, pool.Counters.DroppedOldest);
        Assert.False(queue.Append(Frame(pool, 90), new FrameTraits(Lane.Data, strict)));
    }

    [Fact]
    public void Only_the_latest_pong_waits_and_goes_ahead_of_data()
    {
        (SendQueue queue, FramePool pool) = NewQueue();
        SharedFrame first = Frame(pool, 10);
        queue.StartWith(first, 4);
        queue.Append(Frame(pool, 20), new FrameTraits(Lane.Data, SendPolicy.Default));
        for (byte i = 1; i <= 100; i++)
        {
            queue.Append(pool.Rent([i, i]), FrameTraits.Pong);
            queue.Append(pool.Rent([(byte)(i + 100)]), FrameTraits.Ping);
        }

        Assert.Equal(6 + 20 + 2 + 1, queue.Bytes);
        byte[] bytes = new byte[9];
        queue.Peek(bytes);
        Assert.Equal([100, 100, 200], bytes[6..]);
    }

    private static (SendQueue Queue, FramePool Pool) NewQueue()
    {
        var pool = new FramePool(new LoopCounters());
        return (new SendQueue(pool), pool);
    }

    private static SharedFrame Frame(FramePool pool, int length) => pool.Rent(new byte[length]);

    private static bool RunSequence(int seed)
    {
        var random = new Random(seed);
        (SendQueue queue, FramePool pool) = NewQueue();
        var model = new SendQueueModel();
        var rented = new List<SharedFrame>();
        SendPolicy[] policies =
        [
            new(Overflow.DropOldest, random.Next(20, 300)),
            new(Overflow.LatestOnly, random.Next(20, 300)),
            new(Overflow.Close, random.Next(20, 300)),
        ];
        object[] keys = ["a", "b", "c"];

        SharedFrame Rent()
        {
            byte[] bytes = new byte[random.Next(1, 60)];
            random.NextBytes(bytes);
            SharedFrame frame = pool.Rent(bytes);
            frame.AddReference();
            rented.Add(frame);
            return frame;
        }

        if (random.Next(2) == 0)
        {
            SharedFrame frame = Rent();
            if (frame.Length > 1)
            {
                int sent = random.Next(1, frame.Length);
                queue.StartWith(frame, sent);
                model.StartWith(frame.Bytes.ToArray(), sent);
            }
        }

        for (int step = 0; step < 80; step++)
        {
            switch (random.Next(10))
            {
                case 0:
                    Assert.Equal(model.DropWaiting(), queue.DropWaiting());
                    break;
                case 1 or 2 or 3:
                    byte[] peeked = new byte[random.Next(1, 200)];
                    int copied = queue.Peek(peeked);
                    Assert.Equal(model.Content.Take(peeked.Length), peeked[..copied]);
                    int consumed = random.Next(0, copied + 1);
                    queue.Consume(consumed);
                    model.Consume(consumed);
                    break;
                default:
                    SharedFrame frame = Rent();
                    var traits = new FrameTraits(
                        random.Next(5) == 0 ? (Lane)random.Next(4) : Lane.Data,
                        policies[random.Next(3)],
                        random.Next(4) == 0 ? null : keys[random.Next(3)]);
                    Assert.Equal(model.Append(frame.Bytes.ToArray(), traits), queue.Append(frame, traits));
                    break;
            }

            AssertSame(model, queue, pool.Counters);
        }

        queue.Clear();
        rented.ForEach(pool.Release);
        Assert.All(rented, frame => Assert.Equal(0, frame.Length));
        return true;
    }

    private static void AssertSame(SendQueueModel model, SendQueue queue, LoopCounters counters)
    {
        byte[] all = new byte[model.Content.Count()];
        Assert.Equal(all.Length, queue.Bytes);
        Assert.Equal(all.Length, queue.Peek(all));
        Assert.Equal(model.Content, all);
        Assert.Equal(model.Dropped, counters.DroppedOldest);
        Assert.Equal(model.Conflated, counters.DroppedConflated);
    }
}
