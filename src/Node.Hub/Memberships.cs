namespace Node.Hub;

/// <summary>
/// The rooms of one channel, with its place in each. The first stands in the struct itself: most channels are in one room, and
/// then nothing else is allocated. Loop thread only.
/// </summary>
internal struct Memberships
{
    private Membership _first;
    private Membership[]? _others;

    public int Count { get; private set; }

    public readonly RoomPart this[int index] => index == 0 ? _first.Part : _others![index - 1].Part;

    public void Add(RoomPart part, int place)
    {
        if (Count == 0)
        {
            _first = new Membership(part, place);
        }
        else
        {
            if (_others is null || Count - 1 == _others.Length)
            {
                Array.Resize(ref _others, Math.Max(1, (Count - 1) * 2));
            }

            _others[Count - 1] = new Membership(part, place);
        }

        Count++;
    }

    /// <returns>The place in the part, which is free now; -1 when not a member.</returns>
    public int Remove(RoomPart part)
    {
        int index = IndexOf(part);
        if (index < 0)
        {
            return -1;
        }

        int place = At(index).Place;
        Count--;
        At(index) = At(Count);
        At(Count) = default;
        if (Count <= 1)
        {
            _others = null;
        }

        return place;
    }

    /// <summary>Another member's farewell has moved this one.</summary>
    public void Move(RoomPart part, int place) => At(IndexOf(part)).Place = place;

    public readonly bool Contains(RoomPart part) => IndexOf(part) >= 0;

    private readonly int IndexOf(RoomPart part)
    {
        if (ReferenceEquals(_first.Part, part))
        {
            return 0;
        }

        for (int i = 0; i < Count - 1; i++)
        {
            if (ReferenceEquals(_others![i].Part, part))
            {
                return i + 1;
            }
        }

        return -1;
    }

    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    private ref Membership At(int index)
    {
        if (index == 0)
        {
            return ref _first;
        }

        return ref _others![index - 1];
    }

    private struct Membership(RoomPart part, int place)
    {
        public RoomPart Part = part;
        public int Place = place;
    }
}
