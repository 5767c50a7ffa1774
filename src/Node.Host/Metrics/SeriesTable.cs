namespace Node.Host.Metrics;

/// <summary>
/// Finds the series of a tag list: without a lock and without allocation once it has been seen. Bounded: beyond the limit every
/// new tag list falls into one overflow series.
/// </summary>
/// <remarks>
/// A hash table of linked entries that only grows; readers see an entry whole or not at all, because it is published last. The
/// same tags in another order get an entry of their own that leads to the same series. Once the table is full, tags in an order
/// never seen before overflow too: looking them up properly would allocate for each recording of a flood.
/// </remarks>
internal sealed class SeriesTable(Func<string, Series> create, int limit, Action overflowed)
{
    /// <summary>As OpenTelemetry names it, with an underscore for its dots.</summary>
    public const string OverflowLabels = "otel_metric_overflow=\"true\"";

    private const int OrdersPerSeries = 4;
    private const int FirstBuckets = 16;

    private readonly Lock _adding = new();
    private readonly Dictionary<string, Series> _byLabels = [];
    private Entry?[] _buckets = new Entry?[FirstBuckets];
    private int _entries;
    private volatile Series? _untagged;
    private volatile Series? _overflow;
    private volatile bool _full;

    public Series Get(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return _untagged ?? AddUntagged();
        }

        int hash = HashOf(tags);
        if (Find(Volatile.Read(ref _buckets), tags, hash) is { } series)
        {
            return series;
        }

        if (_full)
        {
            overflowed();
            return _overflow!;
        }

        return Add(tags, hash);
    }

    /// <summary>The series so far; the copy is the caller's.</summary>
    public Series[] Snapshot()
    {
        lock (_adding)
        {
            return [.. _byLabels.Values];
        }
    }

    /// <summary>Forgets all. Only while nobody records: for observable instruments, which tell everything anew at each collection.</summary>
    public void Clear()
    {
        lock (_adding)
        {
            _byLabels.Clear();
            _buckets = new Entry?[FirstBuckets];
            _entries = 0;
            _untagged = _overflow = null;
            _full = false;
        }
    }

    private static Series? Find(Entry?[] buckets, ReadOnlySpan<KeyValuePair<string, object?>> tags, int hash)
    {
        for (Entry? entry = Volatile.Read(ref buckets[hash & (buckets.Length - 1)]); entry is not null; entry = entry.Next)
        {
            if (entry.Hash == hash && Same(entry.Tags, tags))
            {
                return entry.Series;
            }
        }

        return null;
    }

    private Series AddUntagged()
    {
        lock (_adding)
        {
            return _untagged ??= _byLabels[""] = create("");
        }
    }

    private Series Add(ReadOnlySpan<KeyValuePair<string, object?>> tags, int hash)
    {
        lock (_adding)
        {
            if (Find(_buckets, tags, hash) is { } added)
            {
                return added;
            }

            string labels = LabelText.Of(tags);
            if (!_byLabels.TryGetValue(labels, out Series? series))
            {
                if (_byLabels.Count >= limit)
                {
                    _overflow ??= _byLabels[OverflowLabels] = create(OverflowLabels);
                    _full = true;
                    overflowed();
                    return _overflow;
                }

                _byLabels[labels] = series = create(labels);
            }

            if (_entries < limit * OrdersPerSeries)
            {
                Publish(new Entry(tags.ToArray(), hash, series));
            }

            return series;
        }
    }

    private void Publish(Entry entry)
    {
        if (++_entries > _buckets.Length)
        {
            Entry?[] larger = new Entry?[_buckets.Length * 2];
            foreach (Entry? head in _buckets)
            {
                for (Entry? old = head; old is not null; old = old.Next)
                {
                    Push(larger, new Entry(old.Tags, old.Hash, old.Series));
                }
            }

            Volatile.Write(ref _buckets, larger);
        }

        Push(_buckets, entry);
    }

    private static void Push(Entry?[] buckets, Entry entry)
    {
        ref Entry? head = ref buckets[entry.Hash & (buckets.Length - 1)];
        entry.Next = head;
        Volatile.Write(ref head, entry);
    }

    private static int HashOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        HashCode hash = default;
        foreach ((string key, object? value) in tags)
        {
            hash.Add(key);
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    private static bool Same(KeyValuePair<string, object?>[] left, ReadOnlySpan<KeyValuePair<string, object?>> right)
    {
        if (left.Length != right.Length)
        {
            return false;
        }

        for (int i = 0; i < left.Length; i++)
        {
            if (left[i].Key != right[i].Key || !Equals(left[i].Value, right[i].Value))
            {
                return false;
            }
        }

        return true;
    }

    private sealed class Entry(KeyValuePair<string, object?>[] tags, int hash, Series series)
    {
        public readonly KeyValuePair<string, object?>[] Tags = tags;
        public readonly int Hash = hash;
        public readonly Series Series = series;
        public Entry? Next;
    }
}
