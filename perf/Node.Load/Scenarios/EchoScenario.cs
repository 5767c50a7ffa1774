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
    private readonly byte[] _frames;
    private readonly int _frameSize;
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

        byte[] frame = ClientFrame.Create(ServerFrame.Text, _payload);
        _frameSize = frame.Length;
        _frames = new byte[frame.Length * options.Depth];
        for (int i = 0; i < options.Depth; i++)
        {
            frame.CopyTo(_frames, i * frame.Length);
        }
    }

    /// <summary>What a connection has in flight: replies come in order, so that a ring of times is enough.</summary>
    private struct Lane
    {
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

    public override void OnData(Client client, bool isFinal, ReadOnlySpan<byte> payload)
    {
        ref Lane lane = ref _lanes[client.Index];
        if (!_payload.AsSpan(lane.PartLength).StartsWith(payload) || lane.InFlight == lane.Arrived)
        {
            Duplicates++;
            return;
        }

        lane.PartLength += payload.Length;
        if (isFinal)
        {
            lane.Arrived++;
            lane.PartLength = 0;
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
        DrainUntil(() => _lanes.All(lane => lane.InFlight == 0));
        Lost = _lanes.Sum(lane => (long)lane.InFlight);
    }

    private void SendMore(Client client, int count)
    {
        ref Lane lane = ref _lanes[client.Index];
        long now = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            lane.SentAt[(lane.Oldest + lane.InFlight++) % lane.SentAt.Length] = now;
        }

        Sent += count;
        Loop.Send(client, _frames.AsSpan(0, count * _frameSize));
    }
}
