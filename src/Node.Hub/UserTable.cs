namespace Node.Hub;

/// <summary>
/// The users that a bucket owns by the hash of their name, each with its connections, on whatever loop they live. Loop
/// thread only.
/// </summary>
internal sealed class UserTable
{
    // The value is the channel itself, or a list of several: most users have one connection, and there may be a million.
    private readonly Dictionary<byte[], object> _users = new(Utf8Comparer.Instance);
    private readonly Dictionary<byte[], object>.AlternateLookup<ReadOnlySpan<byte>> _byName;
    private readonly Bucket _bucket;

    public UserTable(Bucket bucket)
    {
        _bucket = bucket;
        _byName = _users.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public void Add(Channel channel)
    {
        ref object? slot = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(
            _users, channel.UserName, out bool known);
        if (!known)
        {
            slot = channel;
            _bucket.Counters.Users++;
        }
        else if (slot is List<Channel> several)
        {
            several.Add(channel);
        }
        else
        {
            slot = new List<Channel>(2) { (Channel)slot!, channel };
        }
    }

    public void Remove(Channel channel)
    {
        if (!_users.TryGetValue(channel.UserName, out object? slot))
        {
            return;
        }

        if (slot is List<Channel> several)
        {
            several.Remove(channel);
            if (several.Count == 1)
            {
                _users[channel.UserName] = several[0];
            }
        }
        else if (ReferenceEquals(slot, channel))
        {
            _users.Remove(channel.UserName);
            _bucket.Counters.Users--;
        }
    }

    /// <summary>Calls for each connection of a user.</summary>
    /// <returns>How many there are.</returns>
    public int ForEach(ReadOnlySpan<byte> user, Action<Channel> action)
    {
        if (!_byName.TryGetValue(user, out object? slot))
        {
            return 0;
        }

        if (slot is Channel only)
        {
            action(only);
            return 1;
        }

        var several = (List<Channel>)slot;
        several.ForEach(action);
        return several.Count;
    }
}
