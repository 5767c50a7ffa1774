using Node.Host.Tables;

namespace Node.Controller.State;

/// <summary>
/// Numbers of a <see cref="NameTable{T}"/> in the order of their names' bytes, in short runs: putting one in moves a few hundred bytes,
/// where a tree would spend an object a name. Not thread-safe.
/// </summary>
internal sealed class SortedNames<T>(NameTable<T> names)
    where T : struct
{
    private const int MostInRun = 512;

    private readonly List<List<int>> _runs = [];

    /// <summary>Adds the number of a name that is not here yet.</summary>
    public void Add(int id)
    {
        if (_runs.Count == 0)
        {
            _runs.Add([id]);
            return;
        }

        int run = RunOf(names[id]);
        List<int> ids = _runs[run];
        ids.Insert(FirstNotBelow(ids, names[id]), id);
        if (ids.Count > MostInRun)
        {
            _runs.Insert(run + 1, ids[(MostInRun / 2)..]);
            ids.RemoveRange(MostInRun / 2, ids.Count - (MostInRun / 2));
            ids.TrimExcess();
        }
    }

    /// <summary>Takes a number out while its name is still in the table.</summary>
    public void Remove(int id)
    {
        int run = RunOf(names[id]);
        List<int> ids = _runs[run];
        ids.RemoveAt(FirstNotBelow(ids, names[id]));
        if (ids.Count == 0)
        {
            _runs.RemoveAt(run);
        }
    }

    /// <summary>The numbers of the names at or after this one, in order. Not good any more once a name is added or removed.</summary>
    public IEnumerable<int> From(byte[] name)
    {
        if (_runs.Count == 0)
        {
            yield break;
        }

        int run = RunOf(name);
        int at = FirstNotBelow(_runs[run], name);
        for (; run < _runs.Count; run++, at = 0)
        {
            for (; at < _runs[run].Count; at++)
            {
                yield return _runs[run][at];
            }
        }
    }

    /// <summary>The last run that begins at or before the name; else the first.</summary>
    private int RunOf(ReadOnlySpan<byte> name)
    {
        (int low, int high) = (0, _runs.Count - 1);
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (names[_runs[middle][0]].SequenceCompareTo(name) <= 0)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    private int FirstNotBelow(List<int> ids, ReadOnlySpan<byte> name)
    {
        (int low, int high) = (0, ids.Count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (names[ids[middle]].SequenceCompareTo(name) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
