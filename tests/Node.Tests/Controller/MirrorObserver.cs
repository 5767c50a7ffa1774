using Node.Controller.State;

namespace Node.Tests.Controller;

/// <summary>What watchers and stores would know if they had nothing but what the observer is told.</summary>
internal sealed class MirrorObserver : IStateObserver
{
    private readonly HashSet<ConnectionKey> _changedConnections = [];
    private readonly HashSet<string> _changedRooms = [];

    public bool WantsPresence => true;

    public HashSet<(string Room, string User)> Present { get; } = [];

    public Dictionary<ConnectionKey, ConnectionRecord> Connections { get; } = [];

    public Dictionary<string, RoomRecord> Rooms { get; } = [];

    public void ConnectionChanged(ConnectionKey connection) => _changedConnections.Add(connection);

    public void RoomChanged(string room) => _changedRooms.Add(room);

    public void NodeChanged(string node)
    {
    }

    public void Presence(in PresenceTransition transition)
    {
        bool isNews = transition.Joined
            ? Present.Add((transition.Room, transition.User))
            : Present.Remove((transition.Room, transition.User));
        Assert.True(isNews, $"{transition} says what was so already");
    }

    /// <summary>As a store does it: asks for what has changed, and keeps that.</summary>
    public void Flush(ControllerState state)
    {
        foreach (ConnectionKey key in _changedConnections)
        {
            Keep(Connections, key, state.Ask(queries => queries.Connection(key)));
        }

        foreach (string room in _changedRooms)
        {
            Keep(Rooms, room, state.Ask(queries => queries.RoomRecord(room)));
        }

        _changedConnections.Clear();
        _changedRooms.Clear();
    }

    private static void Keep<TKey, TValue>(Dictionary<TKey, TValue> all, TKey key, TValue? value)
        where TKey : notnull
        where TValue : class
    {
        if (value is null)
        {
            all.Remove(key);
        }
        else
        {
            all[key] = value;
        }
    }
}
