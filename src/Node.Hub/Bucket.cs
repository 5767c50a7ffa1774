using System.Collections.Concurrent;
using Node.Transport;
using Node.Wire;

namespace Node.Hub;

/// <summary>
/// One loop's part of the hub: its channels, its members of every room, and the rooms and users that it owns by the hash of
/// their name. Touched by its loop alone; other buckets post to it.
/// </summary>
internal sealed class Bucket : IDisposable
{
    private readonly ConcurrentQueue<(Action<Bucket, Envelope> Action, Envelope Envelope)> _mail = new();

    public Bucket(Hub hub, EventLoop loop, HubOptions options)
    {
        Hub = hub;
        Loop = loop;
        Options = options;
        Reader = new MessageReaderContext(WireRole.Server, options.MaxMessageBytes);
        Frames = new FrameBuilder(loop.Outbox, this);
        Unlossy = new SendPolicy(Overflow.Close, options.Queue.MaxBytes);
        Rooms = new RoomTable(this);
        Users = new UserTable(this);
    }

    public Hub Hub { get; }

    public EventLoop Loop { get; }

    public int Index => Loop.Index;

    public HubOptions Options { get; private set; }

    public HubCounters Counters { get; } = new();

    public MessageReaderContext Reader { get; }

    public FrameBuilder Frames { get; }

    /// <summary>The node's queue bound, with an end instead of a loss.</summary>
    public SendPolicy Unlossy { get; private set; }

    public RoomTable Rooms { get; }

    public UserTable Users { get; }

    /// <summary>New limits and policies hold from the next message on. Loop thread only.</summary>
    public void Apply(HubOptions options)
    {
        Options = options;
        Reader.MaxMessageBytes = options.MaxMessageBytes;
        Unlossy = new SendPolicy(Overflow.Close, options.Queue.MaxBytes);
        Rooms.ApplyPolicies();
    }

    /// <summary>
    /// Runs an action with an envelope on this bucket's loop, in the order of the calls, and releases the envelope after it.
    /// Any thread. On the loop itself it runs at once.
    /// </summary>
    public void Post(Action<Bucket, Envelope> action, Envelope envelope)
    {
        if (Loop.IsOnLoop)
        {
            Run(action, envelope);
            return;
        }

        // A queue of pairs beside the loop's own: a post to the loop has room for one object, and a pair of
        // references would have to be allocated for each message.
        _mail.Enqueue((action, envelope));
        Loop.Post(OpenOne, this);
    }

    private static void OpenOne(object? state)
    {
        var bucket = (Bucket)state!;
        if (bucket._mail.TryDequeue(out (Action<Bucket, Envelope> Action, Envelope Envelope) letter))
        {
            bucket.Run(letter.Action, letter.Envelope);
        }
    }

    private void Run(Action<Bucket, Envelope> action, Envelope envelope)
    {
        try
        {
            action(this, envelope);
        }
        finally
        {
            envelope.Release();
        }
    }

    public void Dispose()
    {
        Frames.Dispose();
        Reader.Dispose();
    }
}
