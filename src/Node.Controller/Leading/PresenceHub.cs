using Node.Controller.State;

namespace Node.Controller.Leading;

/// <summary>Hands transitions to whoever watches. Any thread; <see cref="Tell"/> in the order of the transitions.</summary>
internal sealed class PresenceHub
{
    private PresenceWatcher[] _watchers = [];

    public bool IsWatched => Volatile.Read(ref _watchers).Length > 0;

    public PresenceWatcher Watch(int maxMembers)
    {
        PresenceWatcher watcher = new(maxMembers);
        Change(watchers => [.. watchers, watcher]);
        return watcher;
    }

    public void Leave(PresenceWatcher watcher) => Change(watchers => [.. watchers.Where(other => other != watcher)]);

    public void Tell(in PresenceTransition transition)
    {
        foreach (PresenceWatcher watcher in Volatile.Read(ref _watchers))
        {
            watcher.Offer(transition);
        }
    }

    private void Change(Func<PresenceWatcher[], PresenceWatcher[]> change)
    {
        PresenceWatcher[] before, after;
        do
        {
            before = Volatile.Read(ref _watchers);
            after = change(before);
        }
        while (Interlocked.CompareExchange(ref _watchers, after, before) != before);
    }
}
