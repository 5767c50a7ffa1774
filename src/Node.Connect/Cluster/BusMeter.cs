using System.Diagnostics.Metrics;

namespace Node.Connect.Cluster;

/// <summary>A meter <c>bus</c>: what the bus has done, and what it holds. Asked for at a scrape; costs nothing until then.</summary>
internal sealed class BusMeter : IDisposable
{
    private readonly Meter _meter = new("bus");

    public BusMeter(ManagerBusCore core)
    {
        BusCounters counters = core.Counters;
        Counter("bus.published", "{message}", "Messages that this node has given to the bus.", () => counters.Published);
        Counter("bus.delivered", "{message}", "Messages that the bus has brought here, each once.", () => counters.Delivered);
        Counter("bus.repeated", "{message}", "Messages that came again and were left out.", () => counters.Repeated);
        Counter("bus.refused", "{message}", "Messages of a manager that does not own their target.", () => counters.Refused);
        Counter("bus.missed", "{message}", "Messages of rooms that were numbered and never came.", () => counters.Missed);
        Counter("bus.failed", "{message}", "Messages that nobody took in time, or that were too many.", () => counters.Failed);
        Counter("bus.forgotten_early", "{message}", "Messages forgotten before their time, for want of room.", () => counters.ForgottenEarly);
        Gauge("bus.pending", "{message}", "Messages without an answer yet.", () => core.PendingCount);
        Gauge("bus.targets", "{target}", "Rooms and users that are linked.", () => core.TargetCount);
        Gauge("bus.managers", "{manager}", "Push-managers that are attached.", () => core.ManagerCount);

        void Counter(string name, string unit, string description, Func<long> value) =>
            _meter.CreateObservableCounter(name, value, unit, description);

        void Gauge(string name, string unit, string description, Func<int> value) => _meter.CreateObservableGauge(name, value, unit, description);
    }

    /// <summary>Takes the instruments away.</summary>
    public void Dispose() => _meter.Dispose();
}
