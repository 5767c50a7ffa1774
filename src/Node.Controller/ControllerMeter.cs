using System.Diagnostics.Metrics;
using Node.Controller.Leading;
using Node.Controller.State;
using Node.Controller.Stores;

namespace Node.Controller;

/// <summary>A meter <c>controller</c>: what there is, and how far the stores are behind. Asked for at a scrape; costs nothing until then.</summary>
internal sealed class ControllerMeter : IDisposable
{
    private readonly Meter _meter = new("controller");

    public ControllerMeter(Seat seat)
    {
        _meter.CreateObservableGauge("controller.leads", () => seat.Term is null ? 0 : 1, null, "1: this controller leads.");
        Gauge("controller.connections", "{connection}", "Connections on all nodes.", stats => stats.Connections);
        Gauge("controller.users", "{user}", "Users with connections.", stats => stats.Users);
        Gauge("controller.rooms", "{room}", "Rooms with members.", stats => stats.Rooms);
        Gauge("controller.memberships", "{membership}", "Connections in rooms.", stats => stats.Members);
        Gauge("controller.nodes", "{node}", "Nodes that are not lost.", stats => stats.Nodes);
        Stores("controller.store.available", null, "1: the store was reached at the last attempt.", lag => lag.IsAvailable ? 1 : 0);
        Stores("controller.store.waiting", "{change}", "Changes that the store does not have yet.", lag => lag.Waiting);
        Stores("controller.store.waiting_size", "By", "Memory that they take.", lag => lag.WaitingBytes);
        Stores("controller.store.behind", "s", "Since when the oldest of them waits.", lag => lag.BehindMs / 1000.0);

        void Gauge(string name, string unit, string description, Func<StatsView, long> value) => _meter.CreateObservableGauge(
            name, () => value(seat.Term?.State.Ask(queries => queries.Stats()) ?? default), unit, description);

        void Stores(string name, string? unit, string description, Func<StoreLag, double> value) => _meter.CreateObservableGauge(
            name, () => (seat.Term?.Lags ?? []).Select(lag =>
                new Measurement<double>(value(lag), new KeyValuePair<string, object?>("store", lag.Name))), unit, description);
    }

    /// <summary>Takes the instruments away.</summary>
    public void Dispose() => _meter.Dispose();
}
