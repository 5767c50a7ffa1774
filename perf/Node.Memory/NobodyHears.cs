using Node.Controller.State;

namespace Node.Memory;

/// <summary>No stores, no watchers.</summary>
internal sealed class NobodyHears : IStateObserver
{
    public bool WantsPresence => false;

    public void ConnectionChanged(ConnectionKey connection)
    {
    }

    public void RoomChanged(string room)
    {
    }

    public void NodeChanged(string node)
    {
    }

    public void Presence(in PresenceTransition transition)
    {
    }
}
