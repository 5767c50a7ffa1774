using Node.Load.Net;

namespace Node.Load.Scenarios;

/// <summary>Who has received which message of a room. Numbers begin at 1 and rise by 1.</summary>
internal sealed class FanoutLedger
{
    private const int Window = 1 << 16;

    private readonly int[] _delivered = new int[Window];
    private long[] _last = [];
    private long[] _count = [];
    private int _members;

    /// <summary>Every member has all messages up to this one, as far as this process sees.</summary>
    public long Completed { get; private set; }

    /// <summary>The highest number that anybody has received.</summary>
    public long Highest { get; private set; }

    /// <summary>Deliveries that were not later than the one before: twice, or out of order.</summary>
    public long Duplicates { get; private set; }

    public void Begin(List<Client> members)
    {
        _members = members.Count;
        _last = new long[members.Max(member => member.Index) + 1];
        _count = new long[_last.Length];
    }

    /// <summary>False for a message that this member has had already.</summary>
    public bool Deliver(Client member, long number)
    {
        if (number <= _last[member.Index])
        {
            Duplicates++;
            return false;
        }

        _last[member.Index] = number;
        _count[member.Index]++;
        Highest = Math.Max(Highest, number);
        int slot = (int)(number & (Window - 1));
        if (++_delivered[slot] == _members)
        {
            _delivered[slot] = 0;
            Completed = Math.Max(Completed, number);
        }

        return true;
    }

    /// <summary>Counts messages up to <paramref name="number"/> as done although somebody lacks them.</summary>
    public void GiveUp(long number)
    {
        Array.Clear(_delivered);
        Completed = number;
    }

    /// <summary>Deliveries that are missing when <paramref name="number"/> messages were published.</summary>
    public long MissingUpTo(long number) => ((long)_members * number) - _count.Sum();
}
