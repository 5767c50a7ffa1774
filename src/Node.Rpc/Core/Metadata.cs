using System.Buffers;
using System.Collections;

namespace Grpc.Core;

/// <summary>
/// What travels beside the messages: keys in lower case, each any number of times, in order. Values of keys that end in <c>-bin</c> are
/// bytes, all others printable ASCII. One thread at a time.
/// </summary>
public sealed class Metadata : IReadOnlyList<Metadata.Entry>
{
    public const string BinaryHeaderSuffix = "-bin";

    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz-_.");

    private readonly List<Entry> _entries = [];
    private readonly bool _isReadOnly;

    public Metadata()
    {
    }

    private Metadata(bool isReadOnly) => _isReadOnly = isReadOnly;

    /// <summary>Holds nothing and takes nothing.</summary>
    public static Metadata Empty { get; } = new(isReadOnly: true);

    public int Count => _entries.Count;

    public Entry this[int index] => _entries[index];

    /// <exception cref="InvalidOperationException">This is <see cref="Empty"/>.</exception>
    public void Add(Entry entry)
    {
        if (_isReadOnly) throw new InvalidOperationException("Metadata.Empty is shared: make a new one");
        _entries.Add(entry);
    }

    /// <exception cref="ArgumentException">The key or the value may not travel so; see <see cref="Entry"/>.</exception>
    public void Add(string key, string value) => Add(new Entry(key, value));

    /// <exception cref="ArgumentException">The key does not end in <c>-bin</c>, or may not travel.</exception>
    public void Add(string key, byte[] value) => Add(new Entry(key, value));

    /// <summary>The last entry of a key, in any case; null where there is none.</summary>
    public Entry? Get(string key) => _entries.FindLast(entry => entry.Key.Equals(key, StringComparison.OrdinalIgnoreCase));

    /// <exception cref="InvalidOperationException">The value is bytes.</exception>
    public string? GetValue(string key) => Get(key)?.Value;

    public byte[]? GetValueBytes(string key) => Get(key)?.ValueBytes;

    public IEnumerable<Entry> GetAll(string key) =>
        _entries.Where(entry => entry.Key.Equals(key, StringComparison.OrdinalIgnoreCase));

    public IEnumerator<Entry> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>A key with one value. Immutable.</summary>
    public sealed class Entry
    {
        private readonly string? _text;
        private readonly byte[]? _bytes;

        /// <param name="key">Letters, digits, <c>-_.</c>; made lower case; not ending in <c>-bin</c>.</param>
        /// <param name="value">Printable ASCII: anything else breaks the header that it becomes.</param>
        /// <exception cref="ArgumentException">Key or value is something else.</exception>
        public Entry(string key, string value)
        {
            Key = Normalise(key);
            if (IsBinary) throw new ArgumentException($"metadata '{Key}': a key that ends in -bin takes bytes", nameof(value));
            if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            {
                throw new ArgumentException($"metadata '{Key}': a value is printable ASCII, or bytes under a key that ends in -bin", nameof(value));
            }

            _text = value;
        }

        /// <param name="key">As above, but ending in <c>-bin</c>.</param>
        /// <param name="value">Taken, not copied.</param>
        /// <exception cref="ArgumentException">The key is something else.</exception>
        public Entry(string key, byte[] value)
        {
            Key = Normalise(key);
            if (!IsBinary) throw new ArgumentException($"metadata '{Key}': a key of bytes ends in -bin", nameof(key));
            _bytes = value;
        }

        private Entry(string key, string? text, byte[]? bytes)
        {
            Key = key;
            _text = text;
            _bytes = bytes;
        }

        public string Key { get; }

        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        /// <exception cref="InvalidOperationException">The value is bytes.</exception>
        public string Value => _text ?? throw new InvalidOperationException($"metadata '{Key}' is bytes");

        /// <summary>Of text: its ASCII.</summary>
        public byte[] ValueBytes => _bytes ?? System.Text.Encoding.ASCII.GetBytes(_text!);

        public override string ToString() => IsBinary ? $"{Key}: {_bytes!.Length} bytes" : $"{Key}: {_text}";

        /// <summary>What the other side sent: not judged again.</summary>
        internal static Entry Received(string key, string value) => new(key, value, null);

        internal static Entry Received(string key, byte[] value) => new(key, null, value);

        private static string Normalise(string key)
        {
            string lower = key.ToLowerInvariant();
            return lower.Length > 0 && !lower.AsSpan().ContainsAnyExcept(KeyCharacters)
                ? lower
                : throw new ArgumentException($"metadata '{key}': a key is letters, digits, - _ .", nameof(key));
        }
    }
}
