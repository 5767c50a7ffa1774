// Nodes on one bus, in this process: each publishes its share at an even rate, and each checks that every message of every room comes
// once, in the order of its number. usage: Peer.Bus etcd|redis ADDRESS NODES RATE SECONDS
using System.Diagnostics;
using System.Globalization;
using Peer.Bus;

if (args is not [("etcd" or "redis") and var kind, var address, var nodes, var rate, var seconds])
{
    Console.Error.WriteLine("usage: Peer.Bus etcd|redis ADDRESS NODES RATE SECONDS");
    return 2;
}

await using var run = new BusRun(kind, address, Number(nodes));
await run.LinkAsync();
TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
await run.PublishAsync(Number(rate), TimeSpan.FromSeconds(Number(seconds)));
run.Report(Process.GetCurrentProcess().TotalProcessorTime - cpu);
return run.IsClean ? 0 : 1;

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
