namespace Node.Hub;

/// <summary>
/// The pace at which one loop takes new WebSockets, a token bucket: when a node dies its clients come to the others all at once, and a handshake
/// with its token and joins costs much more than a refusal. Loop thread only.
/// </summary>
/// <remarks>
/// Who is refused is told a time of its own, as if the refused stood in a queue that moves at the pace: so they come back as fast as they can be
/// taken, and not all in one second again.
/// </remarks>
internal sealed class Admission
{
    /// <summary>Nobody is told to wait longer, in seconds: a wait that long is a guess.</summary>
    public const int LongestWait = 60;

    private readonly double _jitter;
    private double _rate;
    private double _burst;
    private double _free;
    private double _told;
    private long _at;

    /// <param name="options">Of the node.</param>
    /// <param name="loops">Each of so many takes its share.</param>
    /// <param name="now">Milliseconds, on the loop's clock.</param>
    /// <param name="jitter">Seconds, below 1, by which this loop's times are later than another's.</param>
    public Admission(HubOptions options, int loops, long now, double jitter)
    {
        (_jitter, _at) = (jitter, now);
        Apply(options, loops);
        _free = _burst;
    }

    /// <summary>Takes new options; who was told to come back is not told anew.</summary>
    public void Apply(HubOptions options, int loops)
    {
        _rate = options.AdmissionRate / (double)loops;
        _burst = Math.Max(1, (options.AdmissionBurst > 0 ? options.AdmissionBurst : options.AdmissionRate) / (double)loops);
        _free = Math.Min(_free, _burst);
    }

    /// <summary>One more wants to come in.</summary>
    /// <returns>0: it may; else the seconds after which it should come back.</returns>
    public int TryTake(long now)
    {
        if (_rate <= 0)
        {
            return 0;
        }

        double passed = _rate * (now - _at) / 1000;
        (_at, _free, _told) = (now, Math.Min(_burst, _free + passed), Math.Max(0, _told - passed));
        if (_free >= 1)
        {
            _free--;
            return 0;
        }

        // Beyond the longest wait the queue starts over: the rest is spread over the same time, and will be refused again.
        _told++;
        double place = _told % (_rate * (LongestWait - 1));
        return Math.Min(LongestWait, 1 + (int)((place / _rate) + _jitter));
    }
}
