using Node.Transport;

namespace Node.Tests.Transport;

/// <summary>What <see cref="SendQueue"/> does, said as plainly as possible.</summary>
internal sealed class SendQueueModel
{
    private readonly List<Item> _items = [];
    private int _sent;

    public int Dropped { get; private set; }

    public int Conflated { get; private set; }

    public IEnumerable<byte> Content => _items.SelectMany(item => item.Bytes).Skip(_sent);

    private int FirstMovable => _sent > 0 ? 1 : 0;

    public void StartWith(byte[] bytes, int sent)
    {
        _items.Add(new Item(bytes, Lane.Data, null, false));
        _sent = sent;
    }

    public bool Append(byte[] bytes, FrameTraits traits)
    {
        if (traits.Lane is Lane.Ping or Lane.Pong)
        {
            int same = _items.FindIndex(FirstMovable, item => item.Lane == traits.Lane);
            if (same >= 0)
            {
                _items[same] = _items[same] with { Bytes = bytes };
                return true;
            }

            int data = _items.FindIndex(FirstMovable, item => item.Lane is Lane.Data);
            _items.Insert(data < 0 ? _items.Count : data, new Item(bytes, traits.Lane, null, false));
            return true;
        }

        if (traits.Lane == Lane.Close)
        {
            _items.Add(new Item(bytes, Lane.Close, null, false));
            return true;
        }

        object? key = traits.Policy.Overflow == Overflow.LatestOnly ? traits.ConflateKey : null;
        int older = key is null ? -1 : _items.FindLastIndex(item => Equals(item.Key, key) && _items.IndexOf(item) >= FirstMovable);
        if (older >= 0)
        {
            Conflated++;
            if (Content.Count() - _items[older].Bytes.Length + bytes.Length <= traits.Policy.MaxBytes)
            {
                _items[older] = _items[older] with { Bytes = bytes };
                return true;
            }

            _items.RemoveAt(older);
        }

        while (Content.Count() + bytes.Length > traits.Policy.MaxBytes)
        {
            if (traits.Policy.Overflow == Overflow.Close)
            {
                return false;
            }

            Dropped++;
            int oldest = _items.FindIndex(FirstMovable, item => item.Lane == Lane.Data && item.Droppable);
            if (oldest < 0)
            {
                return true;
            }

            _items.RemoveAt(oldest);
        }

        _items.Add(new Item(bytes, Lane.Data, key, traits.Policy.Overflow != Overflow.Close));
        return true;
    }

    public void Consume(int bytes)
    {
        _sent += bytes;
        while (_items.Count > 0 && _sent >= _items[0].Bytes.Length)
        {
            _sent -= _items[0].Bytes.Length;
            _items.RemoveAt(0);
        }
    }

    public int DropWaiting()
    {
        int dropped = _items.Count - FirstMovable;
        _items.RemoveRange(FirstMovable, dropped);
        return dropped;
    }

    private sealed record Item(byte[] Bytes, Lane Lane, object? Key, bool Droppable);
}
