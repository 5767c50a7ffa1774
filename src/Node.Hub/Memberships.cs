namespace Node.Hub;

/// <summary>
/// The rooms of one channel, with its place in each. The first two stand in the struct itself: most channels are in no more, and
/// then nothing else is allocated. Loop thread only.
/// </summary>
internal struct Memberships
{
    private const int Inside = 2;

    private RoomPart? _first;
    private RoomPart? _second;
    private Membership[]? _others;
    private int _firstPlace;
    private int _secondPlace;

    public int Count { get; private set; }

    public readonly RoomPart this[int index] => At(index).Part;

    public void Add(RoomPart part, int place)
    {
        int others = Count - Inside;
        if (others >= 0 && (_others is null || others == _others.Length))
        {
            Array.Resize(ref _others, Math.Max(1, others * 2));
        }

        Set(Count, new Membership(part, place));
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
        Set(index, At(Count));
        Set(Count, default);
        if (Count <= Inside)
        {
            _others = null;
        }

        return place;
    }

    /// <summary>Another member's farewell has moved this one.</summary>
    public void Move(RoomPart part, int place) => Set(IndexOf(part), new Membership(part, place));

    public readonly bool Contains(RoomPart part) => IndexOf(part) >= 0;

    private readonly int IndexOf(RoomPart part)
    {
        if (ReferenceEquals(_first, part))
        {
            return 0;
        }

        if (ReferenceEquals(_second, part))
        {
            return 1;
        }

        for (int i = 0; i < Count - Inside; i++)
        {
            if (ReferenceEquals(_others![i].Part, part))
            {
                return i + Inside;
            }
        }

        return -1;
    }

    private readonly Membership At(int index) => index switch
    {
        0 => new Membership(_first!, _firstPlace),
        1 => new Membership(_second!, _secondPlace),
        _ => _others![index - Inside],
    };

    private void Set(int index, Membership membership)
    {
        switch (index)
        {
            case 0:
                (_first, _firstPlace) = (membership.Part, membership.Place);
                break;
            case 1:
                (_second, _secondPlace) = (membership.Part, membership.Place);
                break;
            default:
                _others![index - Inside] = membership;
                break;
        }
    }

    private readonly record struct Membership(RoomPart Part, int Place);
}
