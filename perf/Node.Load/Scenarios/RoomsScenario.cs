using System.Diagnostics;
using System.Globalization;
using System.Text;
using Node.Load.Dialects;
using Node.Load.Net;
using Node.Load.Run;

namespace Node.Load.Scenarios;

/// <summary>
/// Many rooms of a few members: messages go round the rooms at a fixed rate of deliveries, published by a member of each (on the node itself)
/// or pushed through a push-manager's gRPC. An operation is a delivery; latencies are those of a message's last delivery, from when it was due.
/// </summary>
internal sealed class RoomsScenario : Scenario
{
    private const int Stamp = 1 + (2 * FanoutStamps.Digits);
    private const int Window = 1024;

    private readonly RoomPusher? _pusher;
    private readonly FanoutStamps _stamps = new();
    private readonly byte[] _text;
    private readonly byte[] _frame = new byte[ClientFrame.MaxHeader + 70_000];
    private readonly int _rooms;
    private readonly int _perRoom;
    private readonly double _messagesPerTick;
    private readonly Client?[] _publishers;
    private readonly long[] _numbers;
    private readonly int[] _arrived;
    private long[] _last = [];
    private long _received;
    private long _published;
    private long _startedAt;
    private bool _sending;

    public RoomsScenario(LoadOptions options)
        : base(options, new RawDialect())
    {
        _rooms = options.Everybody ? 1 : Math.Max(1, options.OwnConnections / options.RoomSize);
        _perRoom = options.OwnConnections / _rooms;
        if (options.Payload < Stamp || _perRoom * _rooms != options.OwnConnections)
        {
            throw new ArgumentException($"rooms needs a --payload of at least {Stamp} bytes, and --connections that --room-size divides.");
        }

        // Everybody hears what one worker pushes: the others only listen.
        _pusher = options.Worker is { } worker && (worker == 0 || !options.Everybody) && options.Push is { } address ? new RoomPusher(address) : null;
        _text = new byte[options.Payload];
        _text.AsSpan().Fill((byte)'x');
        _text[0] = (byte)'#';
        _messagesPerTick = options.Rate / _perRoom / Stopwatch.Frequency;
        _publishers = new Client?[_rooms];
        _numbers = new long[_rooms];
        _arrived = new int[_rooms * Window];
    }

    protected override int TurnTimeout => _sending ? 1 : base.TurnTimeout;

    public override void Connect()
    {
        base.Connect();
        _last = new long[Members.Max(member => member.Index) + 1];
    }

    public override void Start()
    {
        _sending = _pusher is not null || !Options.Everybody;
        _startedAt = Stopwatch.GetTimestamp();
    }

    public override void Turn()
    {
        base.Turn();
        if (!_sending)
        {
            return;
        }

        long now = Stopwatch.GetTimestamp();
        if (Options.Rate > 0)
        {
            while (_published < (long)((now - _startedAt) * _messagesPerTick))
            {
                Publish(_startedAt + (long)((_published + 1) / _messagesPerTick));
            }

            return;
        }

        // As fast as they are answered.
        while (_published - (_pusher?.Answered ?? _received / _perRoom) < Options.Depth)
        {
            Publish(now);
        }
    }

    protected override void OnMessage(Client client, bool isFinal, ReadOnlySpan<byte> payload)
    {
        int stamp = payload.IndexOf((byte)'#');
        if (stamp < 0 || payload.Length - stamp < Stamp)
        {
            OnOther(client, payload);
            return;
        }

        FanoutStamps.Stamp found = _stamps.Read(payload.Slice(stamp + 1, 2 * FanoutStamps.Digits));
        if (found.Number <= _last[client.Index])
        {
            Duplicates++;
            return;
        }

        if (_last[client.Index] > 0)
        {
            Lost += found.Number - _last[client.Index] - 1;
        }

        _last[client.Index] = found.Number;
        Operations++;
        _received++;
        ref int arrived = ref _arrived[(RoomOf(client.Index) * Window) + (int)(found.Number % Window)];
        if (++arrived == _perRoom)
        {
            arrived = 0;
            Latency.Record(NanosecondsBetween(found.DueAt, Loop.ReadAt));
        }
    }

    protected override string TargetOf(int number) => string.Create(
        CultureInfo.InvariantCulture, $"{Options.Path ?? "/ws"}?user=u{Options.Server.Port}-{Options.Worker ?? 0}-{number}");

    protected override void OnReady(Client client)
    {
        int room = RoomOf(client.Index);
        _publishers[room] ??= client;
        if (Options.Everybody)
        {
            base.OnReady(client);
            return;
        }

        Loop.Send(client, ClientFrame.Create(
            ServerFrame.Text, Encoding.UTF8.GetBytes($$"""{"message_id":"join","seq":1,"room":"{{NameOf(room)}}"}""")));
    }

    /// <summary>What was published and never came is lost; a listener does not know how much that is.</summary>
    protected override void Drain()
    {
        bool knows = _sending;
        _sending = false;
        if (knows)
        {
            DrainWhile(() => (_published * _perRoom) - _received + (_pusher is null ? 0 : _published - _pusher.Answered));
            Lost = (_published * _perRoom) - _received;
        }
        else
        {
            long from = Stopwatch.GetTimestamp();
            DrainWhile(() => Stopwatch.GetElapsedTime(from).TotalSeconds > 2 ? 0 : 1);
        }

        if (_pusher is { Failed: > 0 })
        {
            throw new InvalidOperationException($"{_pusher.Failed} pushes failed: {_pusher.Problem}");
        }

        _pusher?.Dispose();
    }

    private int RoomOf(int index) => index % _rooms;

    private string NameOf(int room) => string.Create(CultureInfo.InvariantCulture, $"{Options.Room}-{Options.Worker ?? 0}-{room}");

    private void Publish(long dueAt)
    {
        int room = (int)(_published++ % _rooms);
        FanoutStamps.Write(_text.AsSpan(1), new FanoutStamps.Stamp(++_numbers[room], dueAt));
        Sent++;
        if (_pusher is not null)
        {
            _pusher.Push(room, Options.Everybody ? null : NameOf(room), _text);
            return;
        }

        byte[] message = [.. Encoding.UTF8.GetBytes($$"""{"message_id":"publish","room":"{{NameOf(room)}}","data":" """.TrimEnd()), .. _text, (byte)'"', (byte)'}'];
        int length = ClientFrame.Write(_frame, ServerFrame.Text, message);
        Loop.Send(_publishers[room]!, _frame.AsSpan(0, length));
    }

    private void OnOther(Client client, ReadOnlySpan<byte> payload)
    {
        HubDialect.ThrowOnError(payload);
        if (!Options.Everybody && HubDialect.IsJoinReply(payload))
        {
            base.OnReady(client);
        }
    }
}
