using Node.Protocol.Upstream;

namespace Node.Connect.Upstream;

/// <summary>One thing that waits for the application. Made on a loop, settled once, by its lane.</summary>
internal abstract class UpstreamItem
{
    /// <summary>What an item takes beside its names and data, about.</summary>
    protected const int Overhead = 256;

    /// <summary>Counts the items of this node; given when there is a place for it.</summary>
    public ulong Number { get; set; }

    /// <summary>When it came, a timestamp of the lanes' clock.</summary>
    public long Since { get; set; }

    /// <summary>For metrics.</summary>
    public abstract string Kind { get; }

    /// <summary>Items of one connection keep their order.</summary>
    public abstract ulong Connection { get; }

    /// <summary>The memory that it takes, about.</summary>
    public abstract int Bytes { get; }

    public abstract bool WantsAnswer { get; }

    public abstract Item ToItem();

    /// <summary>The application has taken it.</summary>
    /// <param name="answer">Null where it has nothing to say.</param>
    public abstract void Settle(Answer? answer);

    /// <summary>The application will not get it, or has no answer.</summary>
    public abstract void GiveUp(uint code, string reason);
}
