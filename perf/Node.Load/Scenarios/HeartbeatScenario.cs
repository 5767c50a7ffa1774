using System.Diagnostics;
using Node.Load.Net;
using Node.Load.Run;

namespace Node.Load.Scenarios;

/// <summary>
/// Connections that do nothing but answer the server's pings; with the hub, each is a user in one room. An operation is a ping answered; its
/// "latency" is the time since the connection's ping before, which should be the interval. Lost is who has waited for two intervals at the end.
/// </summary>
internal sealed class HeartbeatScenario : Scenario
{
    private readonly HubMember? _hub;
    private readonly long _interval;
    private long[] _pingedAt = [];
    private long _startedAt;
    private int _spread;

    public HeartbeatScenario(LoadOptions options)
        : base(options)
    {
        _hub = options.Hub ? new HubMember(options) : null;
        _interval = options.Interval > 0
            ? (long)(options.Interval * Stopwatch.Frequency)
            : throw new ArgumentException("heartbeats needs an --interval above 0, that of the server.");
    }

    public override void Connect()
    {
        base.Connect();
        _pingedAt = new long[Members.Max(member => member.Index) + 1];
    }

    public override void Start()
    {
        _startedAt = Stopwatch.GetTimestamp();
        Array.Fill(_pingedAt, _startedAt);
    }

    public override void Turn()
    {
        base.Turn();
        if (_startedAt != 0)
        {
            Spread();
        }
    }

    public override void OnData(Client client, bool isFinal, ReadOnlySpan<byte> payload)
    {
        if (_hub is not null && HubMember.IsJoinReply(payload))
        {
            base.OnReady(client);
        }
    }

    public override void OnPing(Client client)
    {
        if (client.Index >= _pingedAt.Length)
        {
            return;
        }

        Operations++;
        Latency.Record(NanosecondsBetween(_pingedAt[client.Index], Loop.ReadAt));
        _pingedAt[client.Index] = Loop.ReadAt;
    }

    protected override string TargetOf(int number) => _hub?.TargetOf(number) ?? base.TargetOf(number);

    protected override void OnReady(Client client)
    {
        if (_hub is null)
        {
            base.OnReady(client);
        }
        else
        {
            _hub.Join(Loop, client);
        }
    }

    protected override void Drain()
    {
        long now = Stopwatch.GetTimestamp();
        Lost = Members.Count(member => now - _pingedAt[member.Index] > 2 * _interval);
    }

    /// <summary>
    /// The clients connect within a second, but those of a server that runs for long have their turns all over the interval. A server that pings
    /// after silence hears of each in its turn of the first interval, and pings it at that time of the next ones.
    /// </summary>
    private void Spread()
    {
        long due = Math.Min(Members.Count, (long)((double)(Stopwatch.GetTimestamp() - _startedAt) / _interval * Members.Count));
        for (; _spread < due; _spread++)
        {
            Loop.Pong(Members[_spread], []);
        }
    }
}
