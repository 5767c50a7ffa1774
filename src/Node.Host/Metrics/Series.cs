using System.Text;

namespace Node.Host.Metrics;

/// <summary>The state of one label set. Recording takes no lock and allocates nothing; any thread.</summary>
/// <remarks>
/// One cell, not one per core: loops that record at every message keep counters of their own and offer them as observable
/// instruments, which cost them nothing. What comes through here is rarer.
/// </remarks>
internal abstract class Series(string labels)
{
    /// <summary>The rendered labels, UTF-8, without braces.</summary>
    public byte[] Labels { get; } = Encoding.UTF8.GetBytes(labels);

    public abstract void Record(long value);

    public abstract void Record(double value);

    /// <summary>Adds to a double that other threads add to as well.</summary>
    protected static void Add(ref double total, double value)
    {
        double seen = Volatile.Read(ref total);
        while (true)
        {
            double found = Interlocked.CompareExchange(ref total, seen + value, seen);
            if (BitConverter.DoubleToInt64Bits(found) == BitConverter.DoubleToInt64Bits(seen))
            {
                return;
            }

            seen = found;
        }
    }
}
