using System.Diagnostics;
using Node.Load.Net;
using Node.Load.Run;

namespace Node.Load.Scenarios;

/// <summary>
/// Opens connections at a fixed rate, or keeps <c>depth</c> under way; each says goodbye as soon as its handshake is done. An operation is all of it:
/// connect, handshake, the close frames both ways. Latency is from connect to the handshake's end.
/// </summary>
internal sealed class HandshakeScenario(LoadOptions options) : Scenario(options)
{
    private const int MaxUnderWay = 2000;

    private readonly double _ratePerTick = options.Rate / options.Processes / Stopwatch.Frequency;

    private long _startedAt;
    private long _opened;
    private int _underWay;
    private bool _draining;

    protected override int TurnTimeout => 1;

    public override void Connect()
    {
    }

    public override void Start() => _startedAt = Stopwatch.GetTimestamp();

    public override void Turn()
    {
        if (_startedAt != 0 && !_draining)
        {
            OpenDue();
        }

        base.Turn();
    }

    protected override void OnReady(Client client)
    {
        if (_startedAt == 0)
        {
            base.OnReady(client);
            return;
        }

        Operations++;
        Latency.Record(NanosecondsBetween(client.OpenedAt, Stopwatch.GetTimestamp()));
        Loop.Close(client);
    }

    protected override void OnGone(Client client)
    {
        if (_startedAt != 0)
        {
            _underWay--;
        }
    }

    protected override void Drain()
    {
        _draining = true;
        DrainWhile(() => _underWay);
        Lost = _underWay;
    }

    private void OpenDue()
    {
        long due = Options.Rate > 0
            ? (long)((Stopwatch.GetTimestamp() - _startedAt) * _ratePerTick)
            : _opened + Options.Depth - _underWay;
        for (; _opened < due; _opened++)
        {
            if (_underWay >= MaxUnderWay)
            {
                // The rate is kept by giving up what the server cannot take, not by a growing backlog.
                Held += due - _opened;
                _opened = due;
                break;
            }

            _underWay++;
            Sent++;
            Loop.Open(TargetOf(0));
        }
    }
}
