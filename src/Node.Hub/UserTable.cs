using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Node.Transport;

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
        ref object? slot = ref CollectionsMarshal.GetValueRefOrAddDefault(
            _users, channel.UserName, out bool known);
        if (!known)
        {
            slot = channel;
            _bucket.Counters.Users++;
            _bucket.Hub.Bus?.Link(BusTargetKind.User, channel.UserName, 0);
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
            _bucket.Hub.Bus?.Unlink(BusTargetKind.User, channel.UserName);
        }
    }

    /// <summary>Another bus: it hears of the users who are here.</summary>
    public void Switch(MessageBus bus)
    {
        foreach (byte[] user in _users.Keys)
        {
            bus.Link(BusTargetKind.User, user, 0);
        }
    }

    /// <summary>A bus that is not the hub's any more hears nothing of them.</summary>
    public void Unlink(MessageBus old)
    {
        foreach (byte[] user in _users.Keys)
        {
            old.Unlink(BusTargetKind.User, user);
        }
    }

    /// <summary>A user's connections. The span is good until the table changes.</summary>
    public ReadOnlySpan<Channel> ChannelsOf(ReadOnlySpan<byte> user)
    {
        ref object slot = ref CollectionsMarshal.GetValueRefOrNullRef(_byName, user);
        return Unsafe.IsNullRef(ref slot) ? []
            : slot is List<Channel> several ? CollectionsMarshal.AsSpan(several)
            : new ReadOnlySpan<Channel>(ref Unsafe.As<object, Channel>(ref slot));
    }

    /// <summary>Sends an envelope to every connection of the user that it names, on whatever loop.</summary>
    /// <returns>How many there are.</returns>
    public int Deliver(Envelope envelope)
    {
        ReadOnlySpan<Channel> channels = ChannelsOf(envelope.Name);
        var here = new Fanout(_bucket, envelope.ToMessage(), _bucket.Traits);
        foreach (Channel channel in channels)
        {
            if (ReferenceEquals(channel.Bucket, _bucket))
            {
                here.To(channel);
                continue;
            }

            channel.Bucket.Post(
                static (_, sent) => ((Channel)sent.Target!).Send(sent.ToMessage()),
                Envelope.Of(channel, envelope.Route, [], envelope.User, envelope.Kind, envelope.Data));
        }

        return channels.Length;
    }
}
