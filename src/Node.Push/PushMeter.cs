using System.Diagnostics.Metrics;
using Node.Push.Routing;

namespace Node.Push;

/// <summary>A meter <c>push</c>: what the router has done, and what it holds. Asked for at a scrape; costs nothing until then.</summary>
internal sealed class PushMeter : IDisposable
{
    private readonly Meter _meter = new("push");

    public PushMeter(RouterThread router)
    {
        RouterCounters counters = router.Router.Counters;
        Counter("push.messages", "{message}", "Messages numbered or sent on, each once.", () => counters.Messages);
        Counter("push.deliveries", "{delivery}", "Messages times the nodes that they went to.", () => counters.Deliveries);
        Counter("push.repeated", "{push}", "Pushes whose id was known.", () => counters.Repeated);
        Counter("push.unacknowledged", "{push}", "Pushes answered before all nodes had acknowledged them.", () => counters.Unacknowledged);
        Counter("push.overloaded", "{push}", "Pushes refused because too many waited for a target to be settled.", () => counters.Overloaded);
        Counter("push.nodes_cut_off", "{node}", "Nodes cut off because they did not take their deliveries.", () => counters.NodesCutOff);
        Counter("push.settled_late", "{takeover}", "Take-overs that did not hear of every node in time.", () => counters.SettledLate);
        Gauge("push.nodes", "{node}", "Nodes that this manager is attached to.", () => router.Router.NodeCount);
        Gauge("push.targets", "{target}", "Rooms and users that are linked here.", () => router.Router.TargetCount);
        Gauge("push.waiting", "{item}", "What waits for the router's thread.", () => router.Waiting);

        void Counter(string name, string unit, string description, Func<long> value) =>
            _meter.CreateObservableCounter(name, value, unit, description);

        void Gauge(string name, string unit, string description, Func<int> value) => _meter.CreateObservableGauge(name, value, unit, description);
    }

    /// <summary>Takes the instruments away.</summary>
    public void Dispose() => _meter.Dispose();
}
