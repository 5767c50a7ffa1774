using FsCheck;
using FsCheck.Fluent;
using Node.Transport;

namespace Node.Tests.Transport;

public class TimerWheelTests
{
    /// <summary>The wheel against a dictionary of deadlines, by sequences that include what callbacks do.</summary>
    [Fact]
    public void Any_sequence_expires_what_a_sorted_list_would()
    {
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), RunSequence)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Fact]
    public void A_deadline_never_fires_early_and_at_most_a_tick_late()
    {
        var wheel = new TimerWheel(0);
        for (int id = 0; id < 3000; id++)
        {
            wheel.Schedule(id, id * 97L);
        }

        long now = 0;
        while (wheel.Count > 0)
        {
            now += 1;
            wheel.Advance(now, id => Assert.InRange(now, id * 97L, (id * 97L) + (2 * TimerWheel.TickMs)));
        }
    }

    [Fact]
    public void A_deadline_at_the_end_of_time_does_not_fire()
    {
        var wheel = new TimerWheel(0);
        wheel.Schedule(1, long.MaxValue);
        wheel.Advance(10_000_000, _ => Assert.Fail("fired"));
        Assert.Equal(1, wheel.Count);
    }

    [Fact]
    public void An_idle_wheel_asks_for_no_wake_up()
    {
        var wheel = new TimerWheel(500);
        Assert.Equal(-1, wheel.NextTickIn(500));
        wheel.Schedule(7, 600);
        Assert.InRange(wheel.NextTickIn(500), 1, TimerWheel.TickMs);
        wheel.Cancel(7);
        wheel.Cancel(5000);
        Assert.Equal(-1, wheel.NextTickIn(500));
    }

    private static bool RunSequence(int seed)
    {
        var random = new Random(seed);
        long now = random.Next(0, 100_000);
        var wheel = new TimerWheel(now);
        var model = new Dictionary<int, long>();
        long scheduledTick = 0;

        void Schedule(int id, long at)
        {
            wheel.Schedule(id, at);
            model[id] = Math.Max((at + TimerWheel.TickMs - 1) / TimerWheel.TickMs, scheduledTick + 1);
        }

        void Cancel(int id)
        {
            wheel.Cancel(id);
            model.Remove(id);
        }

        void Disturb(int chances)
        {
            int id = random.Next(40) * random.Next(1, 60);
            switch (random.Next(chances))
            {
                case 0: Schedule(id, now + random.Next(-500, 200_000)); break;
                case 1: Schedule(id, now + random.Next(0, 300)); break;
                case 2: Cancel(id); break;
            }
        }

        scheduledTick = now / TimerWheel.TickMs;
        for (int step = 0; step < 60; step++)
        {
            for (int i = random.Next(8); i > 0; i--)
            {
                Disturb(3);
            }

            now += random.Next(10) == 0 ? random.Next(500_000) : random.Next(300);
            long target = now / TimerWheel.TickMs;
            wheel.Advance(now, id =>
            {
                Assert.True(model.Remove(id, out long tick), $"{id} fired without being scheduled");
                Assert.True(tick <= target, $"{id} fired early");

                // A callback's own deadlines count from the tick that is being expired, which lies between tick and target.
                scheduledTick = Math.Max(tick, scheduledTick);
                Disturb(6);
            });
            scheduledTick = target;
            Assert.DoesNotContain(model, pair => pair.Value <= target - 1);
            foreach ((int id, long tick) in model.Where(pair => pair.Value <= target).ToArray())
            {
                Assert.Fail($"{id} with tick {tick} did not fire by {target}");
            }

            Assert.Equal(model.Count, wheel.Count);
        }

        return true;
    }
}
