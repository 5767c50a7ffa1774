using System.Threading.Channels;
using Node.Controller.State;

namespace Node.Controller.Leading;

/// <summary>
/// Somebody who wants to know who comes and goes, and the transitions that wait for them. Bounded: a watcher that does not keep up is ended,
/// because one that has missed something cannot know it otherwise.
/// </summary>
internal sealed class PresenceWatcher(int maxMembers)
{
    public const int MostWaiting = 10_000;

    private readonly Channel<PresenceTransition> _waiting =
        Channel.CreateBounded<PresenceTransition>(new BoundedChannelOptions(MostWaiting) { SingleReader = true, SingleWriter = true });

    /// <summary>Completes, with an <see cref="InvalidOperationException"/>, when the watcher has not kept up.</summary>
    public ChannelReader<PresenceTransition> Waiting => _waiting.Reader;

    /// <summary>Does not wait.</summary>
    public void Offer(in PresenceTransition transition)
    {
        if (transition.Members <= maxMembers && !_waiting.Writer.TryWrite(transition))
        {
            _waiting.Writer.TryComplete(new InvalidOperationException($"more than {MostWaiting} changes wait for this watcher"));
        }
    }
}
