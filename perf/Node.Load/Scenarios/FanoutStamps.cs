using System.Buffers.Text;
using Node.Load.Net;

namespace Node.Load.Scenarios;

/// <summary>A message's number and due time as text, which passes through any encoding unchanged.</summary>
/// <remarks>
/// Thousands of members receive the same stamp: comparing it with those read before costs a tenth of reading it.
/// </remarks>
internal sealed class FanoutStamps
{
    /// <summary>Hexadecimal digits of each of the two values.</summary>
    public const int Digits = 16;

    private const int Size = 2 * Digits;
    private const int Slots = 256;

    private readonly byte[] _texts = new byte[Slots * Size];
    private readonly Stamp[] _stamps = new Stamp[Slots];

    internal readonly record struct Stamp(long Number, long DueAt);

    public static void Write(Span<byte> text, Stamp stamp)
    {
        _ = Utf8Formatter.TryFormat(stamp.Number, text, out _, new('x', Digits));
        _ = Utf8Formatter.TryFormat(stamp.DueAt, text[Digits..], out _, new('x', Digits));
    }

    /// <exception cref="ProtocolException">These are not digits.</exception>
    public Stamp Read(ReadOnlySpan<byte> text)
    {
        // The last two digits of the number tell consecutive messages apart.
        int slot = ((text[Digits - 2] * 16) + text[Digits - 1]) & (Slots - 1);
        Span<byte> known = _texts.AsSpan(slot * Size, Size);
        if (text.SequenceEqual(known))
        {
            return _stamps[slot];
        }

        if (!Utf8Parser.TryParse(text[..Digits], out long number, out int used, 'x') || used != Digits ||
            !Utf8Parser.TryParse(text[Digits..], out long dueAt, out used, 'x') || used != Digits)
        {
            throw new ProtocolException("a message that nobody published");
        }

        text.CopyTo(known);
        return _stamps[slot] = new Stamp(number, dueAt);
    }
}
