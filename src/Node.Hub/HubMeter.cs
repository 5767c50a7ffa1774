using System.Diagnostics;
using System.Diagnostics.Metrics;
using Node.Transport;

namespace Node.Hub;

/// <summary>
/// The hub's metrics, as System.Diagnostics.Metrics instruments that any exporter can read. What happens per message is counted
/// by the loops in plain fields and only observed here; what is rare is counted at once. Any thread.
/// </summary>
internal sealed class HubMeter : IDisposable
{
    public const string Name = "Node.Hub";

    private readonly Meter _meter;
    private readonly Counter<long> _closes;
    private readonly Counter<long> _refusals;
    private readonly Histogram<double> _fanout;

    public HubMeter(Hub hub)
    {
        // The scope tells a listener whose figures they are, where a process has several hubs.
        _meter = new Meter(Name, version: null, tags: null, scope: hub);
        _closes = _meter.CreateCounter<long>("node.closes", "{close}", "Close frames sent, by code");
        _refusals = _meter.CreateCounter<long>("node.handshakes.refused", "{handshake}", "Handshakes refused, by reason");
        _fanout = _meter.CreateHistogram<double>(
            "node.fanout.duration", "s", "Time to enqueue a room message for the members on its owner's loop; beyond 4,096 of them, to send it to most",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [1e-6, 1e-5, 1e-4, 5e-4, 1e-3, 5e-3, 1e-2, 5e-2, 0.1, 0.5, 1],
            });
        ObserveHub(hub);
        ObserveLoops(hub);
    }

    public void Closed(ushort code) => _closes.Add(1, new KeyValuePair<string, object?>("code", code));

    public void Refused(string reason) => _refusals.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <returns>0 when nobody listens: then neither clock nor histogram costs anything.</returns>
    public long StartFanout() => _fanout.Enabled ? Stopwatch.GetTimestamp() : 0;

    public void FanoutDone(long started)
    {
        if (started != 0)
        {
            _fanout.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
    }

    public void Dispose() => _meter.Dispose();

    private void ObserveHub(Hub hub)
    {
        Up("node.sessions", "{session}", "Open WebSockets", hub, c => c.Sessions);
        Up("node.channels", "{channel}", "Open WebSockets of the client protocol", hub, c => c.Channels);
        Up("node.members", "{member}", "Memberships of connections in rooms", hub, c => c.Members);
        Up("node.rooms", "{room}", "Rooms", hub, c => c.Rooms);
        Up("node.users", "{user}", "Users with at least one connection", hub, c => c.Users);
        Count("node.handshakes", "{handshake}", "WebSockets opened", hub, c => c.Handshakes);
        Count("node.messages.received", "{message}", "Messages from clients", hub, c => c.MessagesIn);
        Count("node.messages.sent", "{message}", "Messages enqueued for clients, one a receiver", hub, c => c.MessagesOut);
        Count("node.room.messages", "{message}", "Messages numbered by rooms", hub, c => c.RoomMessages);
        _meter.CreateObservableGauge(
            "node.history.size", () => hub.Buckets.Sum(b => b.History.UsedBytes), "By", "Bytes that rooms remember for those who come back");
        _meter.CreateObservableCounter(
            "node.history.forgotten", () => hub.Buckets.Sum(b => b.History.Forgotten), "{message}",
            "Messages forgotten because the rooms together remember too much");
        Count("node.handler.faults", "{fault}", "Exceptions out of application handlers", hub, c => c.HandlerFaults);
    }

    private void ObserveLoops(Hub hub)
    {
        LoopCount("node.accepts", "{connection}", "Connections accepted", hub, c => c.Accepted);
        LoopCount("node.accept.errors", "{error}", "Failed accepts", hub, c => c.AcceptErrors);
        LoopCount("node.accept.pauses", "{pause}", "Times that accepting paused for want of descriptors or memory", hub, c => c.AcceptPauses);
        LoopCount("node.disconnects", "{connection}", "Connections that have ended, however they did", hub, c => c.Closed);
        LoopCount("node.received", "By", "Bytes received", hub, c => c.BytesReceived);
        LoopCount("node.sent", "By", "Bytes sent", hub, c => c.BytesSent);
        LoopCount("node.sends", "{send}", "Writes to connections", hub, c => c.Sends);
        LoopCount("node.send.batches", "{batch}", "System calls that made many of these at once, by io_uring", hub, c => c.Batches);
        LoopCount("node.loop.turns", "{turn}", "Turns of the event loops", hub, c => c.Turns);
        LoopCount("node.loop.faults", "{fault}", "Exceptions that escaped to a loop", hub, c => c.Faults);
        LoopCount("node.queue.waits", "{wait}", "Sends after which something had to wait", hub, c => c.SendsShort);
        _meter.CreateObservableCounter(
            "node.loop.busy", () => hub.Buckets.Select(b => new Measurement<double>(
                b.Loop.Counters.BusyTicks / (double)Stopwatch.Frequency, Loop(b))),
            "s", "Time a loop spent on its turns, waiting left out");
        _meter.CreateObservableGauge(
            "node.loop.turn.longest", () => hub.Buckets.Select(b => new Measurement<double>(
                b.Loop.Counters.LongestTurnTicks / (double)Stopwatch.Frequency, Loop(b))),
            "s", "The longest turn of a loop so far");
        _meter.CreateObservableGauge(
            "node.queue.size", () => hub.Buckets.Sum(b => b.Loop.Counters.QueuedBytes),
            "By", "Bytes that wait for connections that do not keep up");
        _meter.CreateObservableUpDownCounter(
            "node.pool.rented", () => Sum(hub, c => c.Rented), "{object}", "Frames and queues that are out of their pools: what waits holds them");
        _meter.CreateObservableUpDownCounter(
            "node.connections", () => hub.Buckets.Sum(b => (long)b.Loop.ConnectionCount),
            "{connection}", "Open connections, handshakes included");
        _meter.CreateObservableCounter("node.loop.turns.slow", () => SlowTurns(hub), "{turn}", "Turns that took so many seconds or more");
        _meter.CreateObservableCounter("node.drops", () => Drops(hub), "{message}", "Messages dropped from send queues, by policy");
    }

    private static Measurement<long>[] Drops(Hub hub) =>
    [
        new(Sum(hub, c => c.DroppedOldest), new KeyValuePair<string, object?>("policy", "drop_oldest")),
        new(Sum(hub, c => c.DroppedConflated), new KeyValuePair<string, object?>("policy", "latest_only")),
        new(Sum(hub, c => c.DroppedAtClose), new KeyValuePair<string, object?>("policy", "close")),
    ];

    private static Measurement<long>[] SlowTurns(Hub hub) =>
    [
        new(Sum(hub, c => c.TurnsOver10Ms), new KeyValuePair<string, object?>("over", "0.01")),
        new(Sum(hub, c => c.TurnsOver100Ms), new KeyValuePair<string, object?>("over", "0.1")),
        new(Sum(hub, c => c.TurnsOver1S), new KeyValuePair<string, object?>("over", "1")),
    ];

    private static long Sum(Hub hub, Func<LoopCounters, long> counter) => hub.Buckets.Sum(b => counter(b.Loop.Counters));

    private static KeyValuePair<string, object?> Loop(Bucket bucket) => new("loop", bucket.Index);

    private void Up(string name, string unit, string description, Hub hub, Func<HubCounters, long> counter) =>
        _meter.CreateObservableUpDownCounter(name, () => hub.Buckets.Sum(b => counter(b.Counters)), unit, description);

    private void Count(string name, string unit, string description, Hub hub, Func<HubCounters, long> counter) =>
        _meter.CreateObservableCounter(name, () => hub.Buckets.Sum(b => counter(b.Counters)), unit, description);

    private void LoopCount(string name, string unit, string description, Hub hub, Func<LoopCounters, long> counter) =>
        _meter.CreateObservableCounter(name, () => Sum(hub, counter), unit, description);
}
