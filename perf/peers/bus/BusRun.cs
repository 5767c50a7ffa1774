using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Node.Connect.Cluster.Etcd;
using Node.Connect.Cluster.Redis;
using Node.Connect.Cluster.Stores;
using Node.Hub;
using Node.Rpc.Etcd;
using Node.Wire.Messages;

namespace Peer.Bus;

/// <summary>Some nodes, all in the same rooms, publishing to all of them in turn.</summary>
internal sealed class BusRun : IAsyncDisposable
{
    private const int Rooms = 50;
    private const int StepMs = 5;

    private readonly byte[][] _rooms = [.. Enumerable.Range(0, Rooms).Select(i => Encoding.UTF8.GetBytes($"room{i}"))];
    private readonly byte[] _data = Encoding.UTF8.GetBytes($"\"{new string('x', 98)}\"");
    private readonly List<(StoreBus Bus, CountingNode Node)> _nodes = [];
    private TimeSpan _took;
    private int _offered;
    private int _done;
    private int _refused;

    public BusRun(string kind, string address, int nodes)
    {
        for (int i = 0; i < nodes; i++)
        {
            IBusStore store = kind == "etcd"
                ? new EtcdBusStore(new EtcdOptions { Endpoints = EtcdOptions.ParseEndpoints(address) }, NullLogger.Instance)
                : new RedisBusStore(address, "perf:", NullLogger.Instance);
            var node = new CountingNode();
            _nodes.Add((new StoreBus(node, store, fault => throw fault), node));
        }
    }

    /// <summary>Every answer was that it is done, and every node has got all of it once and in order.</summary>
    public bool IsClean => _done == _offered && _nodes.All(node => node.Node.Delivered == _offered && node.Node.OutOfOrder == 0);

    public async Task LinkAsync()
    {
        foreach ((StoreBus bus, CountingNode node) in _nodes)
        {
            for (int i = 0; i < Rooms; i++)
            {
                bus.Link(BusTargetKind.Room, _rooms[i], (ulong)i + 1);
            }

            await UntilAsync(() => node.LinkedRooms == Rooms, TimeSpan.FromSeconds(30));
        }
    }

    public async Task PublishAsync(int rate, TimeSpan time)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < time)
        {
            for (int due = (int)(clock.Elapsed.TotalSeconds * rate); _offered < due; _offered++)
            {
                PublishOne(_offered);
            }

            await Task.Delay(StepMs);
        }

        await UntilAsync(() => _done + _refused == _offered && _nodes.All(node => node.Node.Delivered >= _done), TimeSpan.FromSeconds(15));
        _took = clock.Elapsed;
    }

    public void Report(TimeSpan cpu)
    {
        Console.WriteLine($"offered {_offered}, done {_done}, refused {_refused}, in {_took.TotalSeconds:f1} s: {_done / _took.TotalSeconds:f0} messages/s");
        foreach ((_, CountingNode node) in _nodes)
        {
            Console.WriteLine($"  a node: delivered {node.Delivered}, lost {Math.Max(0, _done - node.Delivered)}, out of order {node.OutOfOrder}; "
                + $"publish to delivery p50 {node.Latency(0.5)} ms, p99 {node.Latency(0.99)} ms");
        }

        Console.WriteLine($"CPU of all nodes {cpu.TotalSeconds:f1} s: {cpu.TotalMicroseconds / Math.Max(1, _done):f0} µs a message, over all nodes");
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((StoreBus bus, _) in _nodes)
        {
            await bus.DisposeAsync();
        }
    }

    private static async Task UntilAsync(Func<bool> holds, TimeSpan patience)
    {
        for (var clock = Stopwatch.StartNew(); !holds() && clock.Elapsed < patience;)
        {
            await Task.Delay(StepMs);
        }
    }

    private void PublishOne(int number)
    {
        // The sender's field carries the time: a delivery says how long it took.
        byte[] sent = Encoding.UTF8.GetBytes(Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture));
        var message = new ClientMessage { MessageId = "publish"u8, User = sent, DataKind = DataKind.Json, Data = _data };
        StoreBus bus = _nodes[number % _nodes.Count].Bus;
        bus.Publish(BusTargetKind.Room, _rooms[number / _nodes.Count % Rooms], message, answer =>
            Interlocked.Increment(ref answer.Outcome == BusOutcome.Done ? ref _done : ref _refused));
    }
}
