using Node.Load.Net;

namespace Node.Load.Scenarios;

/// <summary>Members of a room that stop reading, and what becomes of them and of what was meant for them. Loop thread only.</summary>
internal sealed class SlowMembers(ClientLoop loop, IReadOnlyList<Client> members)
{
    private readonly Dictionary<Client, long> _heard = members.ToDictionary(member => member, _ => 0L);
    private readonly HashSet<Client> _open = [.. members];

    /// <summary>Whom the server has closed.</summary>
    public int Closed => _heard.Count - _open.Count;

    // Their buffers stay as they are: one that is made smaller throws away what is on its way, and a server's retransmissions back off for longer
    // than the end of a run waits.
    public void Silence()
    {
        foreach (Client member in members)
        {
            ClientLoop.Silence(member);
        }
    }

    /// <summary>They read again: what still waits for them comes, and who has been closed sees it.</summary>
    public void Resume()
    {
        foreach (Client member in members)
        {
            loop.Resume(member);
        }
    }

    public bool Has(Client member) => _heard.ContainsKey(member);

    public void Hear(Client member) => _heard[member]++;

    public void Leave(Client member) => _open.Remove(member);

    /// <summary>Messages that did not come to those that are still connected, when so many were published.</summary>
    public long MissingUpTo(long published) => _open.Sum(member => Math.Max(0, published - _heard[member]));
}
