using System.Text;
using Node.Tests.Messages;
using Node.Tests.Wire;
using Node.Wire;

namespace Node.Tests.Hub;

/// <summary>
/// A client of the hub without a socket: what it says as bytes, and what it is told out of bytes cut anywhere. The socket is
/// a real one in <see cref="HubClient"/> and a simulated one in the simulation.
/// </summary>
internal sealed class HubPeer
{
    private readonly MessageReaderContext _context = new(WireRole.Client, 16 * 1024 * 1024);
    private readonly ClientHandshakeOptions _options;
    private readonly byte[] _key = new byte[AcceptKey.KeyLength];
    private readonly bool _proto;
    private MessageReader _reader;
    private byte[] _rest = [];
    private int _scanned;
    private bool _open;

    /// <param name="target">Path and query.</param>
    /// <param name="proto">Which subprotocol to offer; false offers none, which means JSON.</param>
    /// <param name="deflate">What to offer of compression; null offers nothing.</param>
    /// <param name="headers">More headers of the request.</param>
    public HubPeer(
        string target = "/ws", bool proto = false, DeflateOptions? deflate = null,
        params KeyValuePair<string, string>[] headers)
    {
        _proto = proto;
        _options = new ClientHandshakeOptions
        {
            Host = "localhost", Target = target, Headers = headers, Deflate = deflate ?? new DeflateOptions(),
            Subprotocols = proto ? ["pubsub.v1.proto"] : [],
        };
        ClientHandshake.CreateKey(_key);
    }

    /// <summary>Messages that came and were not taken yet, oldest first.</summary>
    public List<MessageModel> Inbox { get; } = [];

    /// <summary>Data frames as they came, for <c>/echo</c>.</summary>
    public List<(Opcode Opcode, byte[] Payload)> Frames { get; } = [];

    /// <summary>The status of a refused handshake; 101 when it is open, 0 before.</summary>
    public int Status { get; private set; }

    /// <summary>What the server's close frame said.</summary>
    public (ushort Code, string Reason)? Closed { get; private set; }

    public int Pings { get; private set; }

    public bool IsCompressed { get; private set; }

    public byte[] Upgrade()
    {
        var request = new byte[16 * 1024];
        return request[..ClientHandshake.WriteRequest(request, _options, _key)];
    }

    public byte[] Frame(MessageModel message) =>
        FrameBytes.Client(_proto ? Opcode.Binary : Opcode.Text, _proto ? message.ToProto() : message.ToJson());

    public static byte[] Close(ushort code) =>
        FrameBytes.Client(Opcode.Close, [(byte)(code >> 8), (byte)code]);

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        _rest = [.. _rest, .. bytes];
        int consumed = _open || ReadHandshake() ? ReadFrames() : 0;
        _rest = _rest[consumed..];
    }

    private bool ReadHandshake()
    {
        HeadStatus status = ClientHandshake.ReadResponse(_rest, ref _scanned, _options, _key, out ClientHandshake result);
        Status = result.Status;
        if (status != HeadStatus.Complete)
        {
            return false;
        }

        IsCompressed = result.Deflate is not null;
        _reader = new MessageReader(result.Deflate?.CreateInflater(WireRole.Client));
        _rest = _rest[_scanned..];
        _open = true;
        return true;
    }

    private int ReadFrames()
    {
        int consumed = 0;
        while (consumed < _rest.Length)
        {
            WireEvent wireEvent = _reader.Read(_rest.AsSpan(consumed), _context);
            consumed += wireEvent.Consumed;
            switch (wireEvent.Kind)
            {
                case WireEventKind.NeedMore:
                    return consumed;
                case WireEventKind.Message:
                    Frames.Add((wireEvent.Opcode, wireEvent.Payload.ToArray()));
                    AddMessage(wireEvent.Opcode, wireEvent.Payload);
                    break;
                case WireEventKind.Ping:
                    Pings++;
                    break;
                case WireEventKind.Close:
                    Closed = (wireEvent.Code, Encoding.UTF8.GetString(wireEvent.Payload));
                    break;
                case WireEventKind.Error:
                    throw new InvalidOperationException($"the server broke the protocol: {wireEvent.Error}");
            }
        }

        return consumed;
    }

    private void AddMessage(Opcode opcode, Span<byte> payload)
    {
        if (_options.Target.StartsWith("/echo", StringComparison.Ordinal))
        {
            return;
        }

        Assert.Equal(_proto ? Opcode.Binary : Opcode.Text, opcode);
        (MessageModel? message, string? error) = _proto ? Codec.ReadProto(payload) : Codec.ReadJson(payload);
        Assert.Null(error);
        Inbox.Add(message!);
    }
}
