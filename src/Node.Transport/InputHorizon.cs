namespace Node.Transport;

/// <summary>
/// Up to when a loop has read all that had come. A turn takes only so much; after a stall (a machine that was asleep or overloaded, one turn of many
/// seconds) there is more, and whoever has been heard of in it must not be taken for silent: so deadlines are held against this, not against the
/// clock. Loop thread only.
/// </summary>
internal struct InputHorizon
{
    private long _roundFrom;
    private int _eventsToGo;
    private int _postsToGo;

    /// <param name="now">The loop's time, in milliseconds.</param>
    public InputHorizon(long now) => (Until, _roundFrom) = (now, now);

    /// <summary>The loop's milliseconds: what had come by then has been handled.</summary>
    public long Until { get; private set; }

    /// <summary>Takes note of a turn.</summary>
    /// <param name="now">When it began to read.</param>
    /// <param name="events">What it has handled, of so many as there are.</param>
    /// <param name="moreEvents">Whether it was as much as fits, so that there may be more.</param>
    /// <param name="posts">Posts that it has run.</param>
    /// <param name="postsLeft">Posts that were there already and have to wait.</param>
    /// <param name="descriptors">What can be ready: the poller tells of it in turn, so after so many events each has had its own.</param>
    public void Turned(long now, int events, bool moreEvents, int posts, int postsLeft, int descriptors)
    {
        _eventsToGo = moreEvents ? _eventsToGo - events : 0;
        _postsToGo = postsLeft > 0 ? _postsToGo - posts : 0;
        if (_eventsToGo > 0 || _postsToGo > 0)
        {
            return;
        }

        Until = moreEvents || postsLeft > 0 ? _roundFrom : now;
        (_roundFrom, _eventsToGo, _postsToGo) = (now, moreEvents ? descriptors : 0, postsLeft);
    }
}
