using Node.Hub;

namespace Node.Tests.Hub;

/// <summary>The pace at which a node takes connections.</summary>
public sealed class AdmissionTests
{
    [Fact]
    public void A_burst_is_taken_and_then_so_many_a_second()
    {
        Admission admission = Of(rate: 10, burst: 5);
        Assert.Equal(5, Taken(admission, 20, now: 0));
        Assert.Equal(0, Taken(admission, 20, now: 99));
        Assert.Equal(1, Taken(admission, 20, now: 100));
        Assert.Equal(5, Taken(admission, 20, now: 600));

        // A quiet time gives a burst again, and no more.
        Assert.Equal(5, Taken(admission, 20, now: 60_000));
    }

    [Fact]
    public void The_refused_are_told_to_come_as_fast_as_they_can_be_taken()
    {
        Admission admission = Of(rate: 10, burst: 1);
        Assert.Equal(1, Taken(admission, 1, now: 0));
        int[] waits = [.. Enumerable.Range(0, 100).Select(_ => admission.TryTake(0))];
        Assert.All(waits.CountBy(wait => wait), second => Assert.InRange(second.Value, 1, 10));
        Assert.Equal((1, 11), (waits.Min(), waits.Max()));

        // Half of them have had their time: the next one is told the time behind the others.
        Assert.Equal(1, Taken(admission, 1, now: 5000));
        Assert.Equal(6, admission.TryTake(5000));
    }

    [Fact]
    public void Nobody_is_told_to_wait_for_more_than_a_minute_and_not_all_the_same()
    {
        Admission admission = Of(rate: 10, burst: 1);
        int[] waits = [.. Enumerable.Range(0, 10_000).Select(_ => admission.TryTake(0))];
        Assert.InRange(waits.Max(), 2, Admission.LongestWait);
        Assert.All(waits.CountBy(wait => wait), second => Assert.InRange(second.Value, 1, 200));
    }

    [Fact]
    public void Loops_share_the_pace_and_options_change_it()
    {
        Admission admission = Of(rate: 10, burst: 6, loops: 2);
        Assert.Equal(3, Taken(admission, 20, now: 0));
        Assert.Equal(1, Taken(admission, 20, now: 200));
        admission.Apply(new HubOptions(), 2);
        Assert.Equal(20, Taken(admission, 20, now: 200));
    }

    [Fact]
    public void What_is_refused_costs_no_session_and_health_is_told_all_the_same()
    {
        using var hub = new SimulatedHub(1, new HubOptions { AdmissionRate = 1 });
        SimulatedClient first = hub.Named(0, "alice");
        SimulatedClient second = hub.Connect(0, new HubPeer("/ws?user=bob"));
        hub.Settle();
        Assert.Equal(503, second.Peer.Status);
        Assert.Equal((1, 1L), (hub.Hub.SessionCount, hub.Hub.Buckets[0].Counters.Handshakes));
        var health = hub.ConnectRaw(0);
        health.Write("GET /health HTTP/1.1\r\nHost: x\r\n\r\n"u8);
        hub.Settle();
        Assert.StartsWith("HTTP/1.1 200 ", System.Text.Encoding.ASCII.GetString(health.Read()), StringComparison.Ordinal);
        Assert.Null(first.Peer.Closed);

        hub.Advance(1000);
        hub.Named(0, "bob");
    }

    private static Admission Of(int rate, int burst, int loops = 1) =>
        new(new HubOptions { AdmissionRate = rate, AdmissionBurst = burst }, loops, 0, jitter: 0);

    private static int Taken(Admission admission, int come, long now) => Enumerable.Range(0, come).Count(_ => admission.TryTake(now) == 0);
}
