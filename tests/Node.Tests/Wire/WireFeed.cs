using System.Text;
using Node.Wire;

namespace Node.Tests.Wire;

/// <summary>Feeds a reader as a connection would: pieces of any size, leftovers in front of the next one.</summary>
internal sealed class WireFeed : IDisposable
{
    private readonly MessageReaderContext _context;
    private MessageReader _reader;
    private byte[] _left = [];

    public WireFeed(WireRole role = WireRole.Server, int maxMessage = 64 * 1024, Inflater? inflater = null)
    {
        _context = new MessageReaderContext(role, maxMessage);
        _reader = new MessageReader(inflater);
    }

    public List<string> Events { get; } = [];

    public int Left => _left.Length;

    public int AssemblersLent => _context.Assemblers.Lent;

    public static List<string> Read(byte[] bytes, IEnumerable<int> pieces, WireFeed feed)
    {
        using (feed)
        {
            int at = 0;
            foreach (int piece in pieces)
            {
                int size = Math.Min(piece, bytes.Length - at);
                feed.Feed(bytes.AsSpan(at, size));
                at += size;
            }

            feed.Feed(bytes.AsSpan(at));
            return feed.Events;
        }
    }

    public static List<string> ReadAtOnce(byte[] bytes, WireRole role = WireRole.Server, int maxMessage = 64 * 1024) =>
        Read(bytes, [], new WireFeed(role, maxMessage));

    public void Feed(ReadOnlySpan<byte> piece)
    {
        byte[] input = [.. _left, .. piece];
        int at = 0;
        while (true)
        {
            WireEvent found = _reader.Read(input.AsSpan(at), _context);
            at += found.Consumed;
            if (found.Kind == WireEventKind.NeedMore)
            {
                break;
            }

            Events.Add(Describe(found));
        }

        _left = input[at..];
        Assert.True(_left.Length <= 138, "a reader leaves at most an incomplete control frame");
    }

    public void Dispose()
    {
        _reader.Release(_context);
        Assert.Equal(0, _context.Assemblers.Lent);
        _context.Dispose();
    }

    private static string Describe(WireEvent found) => found.Kind switch
    {
        WireEventKind.Error => $"Error {found.Code} {found.Reason}",
        WireEventKind.Close => $"Close {found.Code} {Encoding.UTF8.GetString(found.Payload)}",
        WireEventKind.Message when found.Opcode == Opcode.Text => $"Text {Encoding.UTF8.GetString(found.Payload)}",
        WireEventKind.Message => $"Binary {Convert.ToHexString(found.Payload)}",
        _ => $"{found.Kind} {Convert.ToHexString(found.Payload)}",
    };
}
