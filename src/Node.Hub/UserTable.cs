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
    // An item is the channel itself, or a list of several: most users have one connection, and there may be a million.
    private readonly NamedItems<object, UserNames> _users = new();
    private readonly Bucket _bucket;

    public UserTable(Bucket bucket) => _bucket = bucket;

    public void Add(Channel channel)
    {
        if (!_users.TryFind(channel.UserName, out object? there))
        {
            _users.Put(channel);
            _bucket.Counters.Users++;
            _bucket.Hub.Bus?.Link(BusTargetKind.User, channel.UserName, 0);
        }
        else if (there is List<Channel> several)
        {
            several.Add(channel);
        }
        else
        {
            _users.Put(new List<Channel>(2) { (Channel)there, channel });
        }
    }

    public void Remove(Channel channel)
    {
        if (!_users.TryFind(channel.UserName, out object? there))
        {
            return;
        }

        if (there is List<Channel> several)
        {
            if (several.Count == 2 && several.Contains(channel))
            {
                _users.Put(several[ReferenceEquals(several[0], channel) ? 1 : 0]);
            }
            else
            {
                several.Remove(channel);
            }
        }
        else if (ReferenceEquals(there, channel))
        {
            _users.Remove(channel.UserName);
            _bucket.Counters.Users--;
            _bucket.Hub.Bus?.Unlink(BusTargetKind.User, channel.UserName);
        }
    }

    /// <summary>Another bus: it hears of the users who are here.</summary>
    public void Switch(MessageBus bus)
    {
        foreach (object user in _users.Items)
        {
            bus.Link(BusTargetKind.User, FirstOf(user).UserName, 0);
        }
    }

    /// <summary>A bus that is not the hub's any more hears nothing of them.</summary>
    public void Unlink(MessageBus old)
    {
        foreach (object user in _users.Items)
        {
            old.Unlink(BusTargetKind.User, FirstOf(user).UserName);
        }
    }

    /// <summary>A user's connections. The span is good until the table changes.</summary>
    public ReadOnlySpan<Channel> ChannelsOf(ReadOnlySpan<byte> user)
    {
        ref object there = ref _users.Find(user);
        return Unsafe.IsNullRef(ref there) ? []
            : there is List<Channel> several ? CollectionsMarshal.AsSpan(several)
            : new ReadOnlySpan<Channel>(ref Unsafe.As<object, Channel>(ref there));
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
                here.To(channel.Connection);
                continue;
            }

            channel.Bucket.Post(
                static (_, sent) => ((Channel)sent.Target!).Send(sent.ToMessage()),
                Envelope.Of(channel, envelope.Route, [], envelope.User, envelope.Kind, envelope.Data));
        }

        return channels.Length;
    }

    private static Channel FirstOf(object item) => item is List<Channel> several ? several[0] : (Channel)item;

    private readonly struct UserNames : INames<object>
    {
        public static ReadOnlySpan<byte> NameOf(object item) => FirstOf(item).UserName;
    }
}
