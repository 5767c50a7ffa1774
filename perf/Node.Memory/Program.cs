using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Node.Controller.Leading;
using Node.Controller.State;
using Node.Controller.Stores;
using Node.Controller.Stores.Redis;
using Node.Memory;

const int MostPatienceMs = 600_000;
switch (args)
{
    case ["state", var connections, var rooms, var roomsEach]:
        Crowd crowd = new(Number(connections), Number(rooms), Number(roomsEach));
        State(crowd);
        return 0;
    case ["routes", var connections]:
        new LinkedCrowd(Number(connections)).Measure();
        return 0;
    case ["restore", var address, var count]:
        await RestoreAsync(address, new Crowd(Number(count), Number(count) / 10, 1));
        return 0;
    case ["node", var connections, var roomSize, "alone" or "cluster"]:
        NodeCrowd.Measure(Number(connections), Number(roomSize), args[3] == "cluster");
        return 0;
    default:
        Console.Error.WriteLine(
            "usage: state CONNECTIONS ROOMS ROOMS_EACH | routes CONNECTIONS | restore REDIS_ADDRESS CONNECTIONS | node CONNECTIONS ROOM_SIZE alone|cluster");
        return 2;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static void State(Crowd crowd)
{
    NobodyHears nobody = new();
    ControllerState warm = new(nobody, TimeProvider.System);
    new Crowd(1000, 100, 1).Join(warm);
    MemoryUse before = MemoryUse.Settled();
    ControllerState state = new(nobody, TimeProvider.System);
    long start = Stopwatch.GetTimestamp();
    crowd.Join(state);
    TimeSpan took = Stopwatch.GetElapsedTime(start);
    MemoryUse used = MemoryUse.Settled() - before;
    StatsView stats = state.Ask(queries => queries.Stats());
    Console.WriteLine($"{stats.Connections:N0} connections, {stats.Users:N0} users, {stats.Rooms:N0} rooms, {stats.Members:N0} memberships");
    Console.WriteLine($"a membership: {used.Over(stats.Members)}; a connection: {used.Over(stats.Connections)}; taken in {took.TotalMilliseconds:N0} ms");
    GC.KeepAlive(state);
}

static async Task RestoreAsync(string address, Crowd crowd)
{
    long term = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
    TermOptions options = new() { FlushTime = TimeSpan.FromMilliseconds(MostPatienceMs) };
    long start = Stopwatch.GetTimestamp();
    await using (RedisStore store = new(address))
    {
        await using Term first = await Term.BeginAsync(term, [store], options, TimeProvider.System, NullLogger.Instance, default);
        crowd.Join(first.State);
    }

    Console.WriteLine($"written in {Stopwatch.GetElapsedTime(start).TotalSeconds:N1} s");
    start = Stopwatch.GetTimestamp();
    await using RedisStore again = new(address);
    await using Term second = await Term.BeginAsync(term + 1, [again], options, TimeProvider.System, NullLogger.Instance, default);
    TimeSpan took = Stopwatch.GetElapsedTime(start);
    Console.WriteLine($"{second.State.Ask(queries => queries.Stats()).Members:N0} memberships restored in {took.TotalSeconds:N1} s");
}
