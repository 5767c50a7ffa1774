using System.Diagnostics;
using Node.Load.Net;
using Node.Load.Run;

namespace Node.Load.Scenarios;

/// <summary>
/// Every connection keeps <c>depth</c> messages in flight and sends as many as one read brought back, in one send.
/// </summary>
internal sealed class EchoScenario : Scenario
{
    private readonly byte[] _payload;
    private Lane[] _lanes = [];
    private bool _sending;

    public EchoScenario(LoadOptions options)
        : base(options)
    {
        _payload = new byte[options.Payload];
        for (int i = 0; i < _payload.Length; i++)
        {
            _payload[i] = (byte)('a' + (i % 26));
        }
    }

    /// <summary>What a connection has in flight: replies come in order, so that a ring of times is enough.</summary>
    private struct Lane
    {
        public byte[] Frames;
        public long[] SentAt;
        public int Oldest;
        public int InFlight;
        public int Arrived;
        public int PartLength;
    }

    public override void Connect()
    {
        base.Connect();
        _lanes = new Lane[Members.Max(member => member.Index) + 1];
        foreach (Client member in Members)
        {
            byte[] frame = ClientFrame.Create(Dialect.Opcode, Dialect.CreateMessage(member, _payload));
            _lanes[member.Index].Frames = [.. Enumerable.Repeat(frame, Options.Depth).SelectMany(bytes => bytes)];
            _lanes[member.Index].SentAt = new long[Options.Depth];
        }
    }

    public override void Start()
    {
        _sending = true;
        foreach (Client member in Members)
        {
            SendMore(member, Options.Depth);
        }
    }

    public override void OnRead(Client client)
    {
        if (client.Index >= _lanes.Length || _lanes[client.Index].Arrived == 0)
        {
            return;
        }

        ref Lane lane = ref _lanes[client.Index];
        int arrived = lane.Arrived;
        for (int i = 0; i < arrived; i++)
        {
            Latency.Record(NanosecondsBetween(lane.SentAt[lane.Oldest], Loop.ReadAt));
            lane.Oldest = lane.Oldest + 1 == lane.SentAt.Length ? 0 : lane.Oldest + 1;
        }

        lane.Arrived = 0;
        lane.InFlight -= arrived;
        Operations += arrived;
        if (_sending)
        {
            SendMore(client, arrived);
        }
    }

    protected override void Drain()
    {
        _sending = false;
        DrainWhile(UnderWay);
        Lost = UnderWay();
    }

    protected override void OnMessage(Client client, bool isFinal, ReadOnlySpan<byte> text)
    {
        ref Lane lane = ref _lanes[client.Index];
        if (lane.InFlight == lane.Arrived || !IsNext(text, lane.PartLength))
        {
            Duplicates++;
            return;
        }

        lane.PartLength += text.Length;
        if (isFinal)
        {
            lane.Arrived++;
            lane.PartLength = 0;
        }
    }

    private long UnderWay() => _lanes.Sum(lane => (long)lane.InFlight);

    // As it was sent; what is said in streams stands between the words of its dialect.
    private bool IsNext(ReadOnlySpan<byte> text, int from) => Dialect.IsStream
        ? text.IndexOf(_payload) >= 0
        : _payload.AsSpan(from).StartsWith(text);

    private void SendMore(Client client, int count)
    {
        ref Lane lane = ref _lanes[client.Index];
        long now = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            lane.SentAt[(lane.Oldest + lane.InFlight++) % lane.SentAt.Length] = now;
        }

        Sent += count;
        Loop.Send(client, lane.Frames.AsSpan(0, lane.Frames.Length / Options.Depth * count));
    }
}
