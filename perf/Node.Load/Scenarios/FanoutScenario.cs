using System.Diagnostics;
using System.Globalization;
using System.Text;
using Node.Load.Net;
using Node.Load.Run;

namespace Node.Load.Scenarios;

/// <summary>
/// One member of a room publishes to all of them, itself included: the next message when everybody has an earlier one
/// (<c>depth</c> in flight), or at a fixed rate of deliveries. An operation is a delivery. With as many servers as processes each server has a
/// room of its own, and a member that publishes.
/// </summary>
/// <remarks>
/// A message carries '#', its number and the time when it was due, in hexadecimal: whoever receives it, in whatever
/// process, knows its latency and what is missing. The time when it was due, not when it was sent: a server that
/// falls behind cannot hide the wait.
/// </remarks>
internal sealed class FanoutScenario : Scenario
{
    private const int Stamp = 1 + (2 * FanoutStamps.Digits);
    private const double StallSeconds = 5;

    private readonly FanoutLedger _ledger = new();
    private readonly FanoutStamps _stamps = new();
    private readonly byte[] _text;
    private readonly byte[] _burst = new byte[256 * 1024];
    private readonly double _messagesPerTick;
    private int _burstLength;
    private long _startedAt;
    private SlowMembers? _slow;
    private long _published;
    private long _progressAt;
    private bool _sending;

    public FanoutScenario(LoadOptions options)
        : base(options)
    {
        if (options.Rate == 0 && options.Processes > 1 && !HasOwnServer)
        {
            throw new ArgumentException("fanout over several --processes needs a --rate, or a --server each: nobody sees all deliveries.");
        }

        if (options.Payload < Stamp)
        {
            throw new ArgumentException($"fanout needs a --payload of at least {Stamp} bytes for number and time.");
        }

        _text = new byte[options.Payload];
        Fill(_text, options.Deflate);
        _text[0] = (byte)'#';
        _messagesPerTick = options.Rate / options.Connections / Stopwatch.Frequency;
    }

    private bool HasOwnServer => Options.Servers.Count == Options.Processes;

    private bool Publishes => _sending && (Options.Worker is null or 0 || HasOwnServer);

    protected override int TurnTimeout => Options.Rate > 0 && Publishes ? 1 : base.TurnTimeout;

    public override void Connect()
    {
        base.Connect();
        int reading = Members.Count - Options.OwnSlow;
        _ledger.Begin(Members[..reading]);
        if (Options.OwnSlow > 0)
        {
            _slow = new SlowMembers(Loop, Members[reading..]);
            _slow.Silence();
        }
    }

    public override void Start()
    {
        _sending = true;
        _startedAt = Stopwatch.GetTimestamp();
        _progressAt = _startedAt;
        if (Publishes && Options.Rate == 0)
        {
            Publish(Options.Depth);
        }
    }

    public override void Turn()
    {
        base.Turn();
        if (!Publishes)
        {
            return;
        }

        if (Options.Rate > 0)
        {
            PublishDue();
        }
        else if (_ledger.Completed + Options.Depth > _published)
        {
            _progressAt = Stopwatch.GetTimestamp();
            Publish((int)(_ledger.Completed + Options.Depth - _published));
        }
        else if (Stopwatch.GetElapsedTime(_progressAt).TotalSeconds > StallSeconds)
        {
            // A delivery was lost: go on, and let the ledger say how many.
            _progressAt = Stopwatch.GetTimestamp();
            _ledger.GiveUp(_published);
        }
    }

    protected override void OnMessage(Client client, bool isFinal, ReadOnlySpan<byte> payload)
    {
        int stamp = payload.IndexOf((byte)'#');
        if (stamp < 0 || payload.Length - stamp < Stamp)
        {
            // A word of the server's own, as the hub's "join" of others.
            return;
        }

        if (_slow is not null && _slow.Has(client))
        {
            _slow.Hear(client);
            return;
        }

        FanoutStamps.Stamp found = _stamps.Read(payload.Slice(stamp + 1, 2 * FanoutStamps.Digits));
        if (_ledger.Deliver(client, found.Number))
        {
            Operations++;
            Latency.Record(NanosecondsBetween(found.DueAt, Loop.ReadAt));
        }
    }

    protected override string DefaultPath => "/room";

    protected override void Drain()
    {
        _sending = false;
        DrainWhile(() => _ledger.Highest > 0 ? Missing() : long.MaxValue);
        Lost = Missing();
        Duplicates = _ledger.Duplicates;
        if (_slow is not null)
        {
            _slow.Resume();
            DrainWhile(() => _slow.MissingUpTo(_published));
        }
    }

    protected override bool MayGo(Client client) => _slow is not null && _slow.Has(client);

    protected override void OnGone(Client client) => _slow?.Leave(client);

    protected override WorkerResult Complete(WorkerResult result) => _slow is null ? result : result with
    {
        SlowClosed = _slow.Closed,
        SlowMissed = _slow.MissingUpTo(Math.Max(_published, _ledger.Highest)),
    };

    private long Missing() => _ledger.MissingUpTo(Math.Max(_published, _ledger.Highest));

    /// <summary>
    /// What is to be compressed must look like something: a list of prices, as JSON but for apostrophes where that has quotes, so that it
    /// needs no escape in any dialect. About a third of it is left by deflate.
    /// </summary>
    private static void Fill(Span<byte> text, bool records)
    {
        text.Fill((byte)'x');
        var random = new Random(7);
        for (int at = Stamp; records && at < text.Length;)
        {
            string record = string.Create(CultureInfo.InvariantCulture,
                $"{{'symbol':'S{random.Next(100)}','price':{random.Next(1_000_000) / 100.0},'volume':{random.Next(100_000)},'side':'{(random.Next(2) == 0 ? "buy" : "sell")}'}},");
            int length = Math.Min(record.Length, text.Length - at);
            Encoding.ASCII.GetBytes(record.AsSpan(0, length), text[at..]);
            at += length;
        }
    }

    private void PublishDue()
    {
        long now = Stopwatch.GetTimestamp();
        while (_published < (long)((now - _startedAt) * _messagesPerTick))
        {
            Write(_startedAt + (long)((_published + 1) / _messagesPerTick));
        }

        Flush();
    }

    private void Publish(int count)
    {
        long now = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            Write(now);
        }

        Flush();
    }

    private void Write(long dueAt)
    {
        FanoutStamps.Write(_text.AsSpan(1), new FanoutStamps.Stamp(++_published, dueAt));
        byte[] payload = Dialect.CreateMessage(Members[0], _text);
        if (_burstLength + ClientFrame.MaxHeader + payload.Length > _burst.Length)
        {
            Flush();
        }

        _burstLength += ClientFrame.Write(_burst.AsSpan(_burstLength), Dialect.Opcode, payload);
        Sent++;
    }

    private void Flush()
    {
        if (_burstLength > 0)
        {
            Loop.Send(Members[0], _burst.AsSpan(0, _burstLength));
            _burstLength = 0;
        }
    }
}
