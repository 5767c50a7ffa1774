namespace Node.Wire;

/// <summary>
/// What the readers of one loop share: the limits and the pools. The limits may change while connections live; a
/// reader takes the new ones at its next read. Loop thread only.
/// </summary>
public sealed class MessageReaderContext : IDisposable
{
    public const int DefaultMaxMessageBytes = 64 * 1024;

    private FrameRules _rules;
    private int _maxMessageBytes;
    private int _maxFrameBytes;

    public MessageReaderContext(WireRole role, int maxMessageBytes = DefaultMaxMessageBytes)
    {
        _rules = new FrameRules(role, 0);
        MaxMessageBytes = maxMessageBytes;
    }

    /// <summary>
    /// The largest message, in bytes, after inflating. Beyond it: 1009. A single frame may declare slightly more, as a
    /// compressed message of data that does not compress is a little longer than the data (RFC 1951, 3.2.4).
    /// </summary>
    public int MaxMessageBytes
    {
        get => _maxMessageBytes;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _maxMessageBytes = value;
            SetFrameRule();
        }
    }

    /// <summary>The largest single frame, in bytes, as it travels. Beyond it: 1009. 0: what a message may be.</summary>
    public int MaxFrameBytes
    {
        get => _maxFrameBytes;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _maxFrameBytes = value;
            SetFrameRule();
        }
    }

    public ref readonly FrameRules Rules => ref _rules;

    public MessageAssemblerPool Assemblers { get; } = new();

    public InflaterPool Inflaters { get; } = new();

    public void Dispose() => Inflaters.Dispose();

    private void SetFrameRule()
    {
        long byMessage = (long)_maxMessageBytes + (_maxMessageBytes >> 6) + 128;
        _rules = _rules with { MaxFrameBytes = _maxFrameBytes > 0 ? Math.Min(_maxFrameBytes, byMessage) : byMessage };
    }
}
