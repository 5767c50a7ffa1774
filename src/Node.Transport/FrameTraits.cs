namespace Node.Transport;

/// <summary>
/// How a frame is to be treated where it has to wait. Immutable; make one a room or a node, not one a frame: a frame then
/// carries one reference.
/// </summary>
/// <param name="Lane">Data or one of the control lanes.</param>
/// <param name="Policy">The bound and its outcome; only looked at for <see cref="Lane.Data"/>.</param>
/// <param name="ConflateKey">With <see cref="Overflow.LatestOnly"/>: frames of one key replace each other.</param>
public sealed record FrameTraits(Lane Lane, SendPolicy Policy, object? ConflateKey = null)
{
    public static FrameTraits Pong { get; } = new(Lane.Pong, SendPolicy.Default);

    public static FrameTraits Ping { get; } = new(Lane.Ping, SendPolicy.Default);

    public static FrameTraits Close { get; } = new(Lane.Close, SendPolicy.Default);
}
