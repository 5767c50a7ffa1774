namespace Node.Controller.State;

/// <summary>Hears of changes in the order in which they happen, under the state's lock: it must be quick, and must not ask the state.</summary>
internal interface IStateObserver
{
    /// <summary>Somebody wants <see cref="Presence"/>; else its names need not be made.</summary>
    bool WantsPresence { get; }

    /// <summary>A connection came, went, or changed its rooms.</summary>
    void ConnectionChanged(ConnectionKey connection);

    /// <summary>A room came, went, or has other metadata.</summary>
    void RoomChanged(string room);

    /// <summary>A node came, went, or has another incarnation or address.</summary>
    void NodeChanged(string node);

    /// <summary>A user came into a room with the first connection, or left it with the last.</summary>
    void Presence(in PresenceTransition transition);
}
