using System.Diagnostics;
using System.Globalization;
using System.Text;
using Node.Load.Dialects;
using Node.Load.Net;
using Node.Load.Run;

namespace Node.Load.Scenarios;

/// <summary>
/// Users that join room after room at a fixed rate, until there are so many memberships. An operation is an answered join; latencies are those of
/// some rooms' first join, from when it was due until the controller shows it.
/// </summary>
internal sealed class JoinsScenario : Scenario
{
    private readonly MembershipProbe _probe;
    private readonly double _joinsPerTick;
    private long _joined;
    private long _answered;
    private long _startedAt;

    public JoinsScenario(LoadOptions options)
        : base(options, new RawDialect())
    {
        if (options.Rate <= 0 || options.Controller is null || options.RoomSize > options.OwnConnections)
        {
            throw new ArgumentException("joins needs a --rate, a --controller, and no more --room-size than --connections.");
        }

        _probe = new MembershipProbe(options.Controller);
        _joinsPerTick = options.Rate / Stopwatch.Frequency;
    }

    protected override int TurnTimeout => _startedAt > 0 ? 1 : base.TurnTimeout;

    public override void Start() => _startedAt = Stopwatch.GetTimestamp();

    public override void Turn()
    {
        base.Turn();
        long now = Stopwatch.GetTimestamp();
        while (_startedAt > 0 && _joined < Math.Min(Options.Joins, (long)((now - _startedAt) * _joinsPerTick)))
        {
            Join(_startedAt + (long)((_joined + 1) / _joinsPerTick));
        }

        while (_probe.TryTake(out long nanoseconds))
        {
            Latency.Record(nanoseconds);
        }
    }

    protected override void OnMessage(Client client, bool isFinal, ReadOnlySpan<byte> payload)
    {
        HubDialect.ThrowOnError(payload);
        if (HubDialect.IsJoinReply(payload))
        {
            Operations++;
            _answered++;
        }
    }

    protected override string TargetOf(int number) => string.Create(
        CultureInfo.InvariantCulture, $"{Options.Path ?? "/ws"}?user=u{Options.Worker ?? 0}-{number}");

    protected override void Drain()
    {
        DrainWhile(() => _joined - _answered + (_probe.IsIdle ? 0 : 1));
        Lost = _joined - _answered;
        string? problem = _probe.IsIdle ? _probe.Problem : "the controller does not show every join that was looked for";
        _probe.Dispose();
        if (problem is not null)
        {
            throw new InvalidOperationException(problem);
        }
    }

    // Rooms fill up one after the other; whoever comes first into one that the probe can look for is looked for.
    private void Join(long dueAt)
    {
        string room = string.Create(CultureInfo.InvariantCulture, $"{Options.Room}-{Options.Worker ?? 0}-{_joined / Options.RoomSize}");
        Client client = Members[(int)(_joined % Members.Count)];
        Loop.Send(client, ClientFrame.Create(
            ServerFrame.Text, Encoding.UTF8.GetBytes($$"""{"message_id":"join","seq":1,"room":"{{room}}"}""")));
        if (_joined++ % Options.RoomSize == 0)
        {
            _probe.Watch(room, dueAt);
        }
    }
}
