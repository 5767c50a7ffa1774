using System.Text.Unicode;

namespace Node.Wire;

/// <summary>
/// UTF-8 checked as it streams. It fails with the chunk that holds the first byte after which no continuation could be
/// valid; a sequence may be split over any number of chunks. Three bytes of state; default is the start of a text.
/// </summary>
public struct Utf8Validator
{
    // Continuation bytes still due, and the range in which the next one must lie. The range is narrower than 80-BF
    // only right after E0, ED, F0 and F4: that rules out overlong forms, surrogates and what is beyond U+10FFFF.
    private byte _due;
    private byte _low;
    private byte _high;

    /// <summary>No sequence is open: the text may end here.</summary>
    public readonly bool IsComplete => _due == 0;

    /// <summary>Takes the next chunk. After a false the validator is of no further use until it is reset.</summary>
    public bool Append(ReadOnlySpan<byte> chunk)
    {
        int position = 0;
        while (_due > 0 && position < chunk.Length)
        {
            if (!Continue(chunk[position++]))
            {
                return false;
            }
        }

        chunk = chunk[position..];
        int open = OpenTail(chunk);
        // The framework's check is SIMD; it knows whole sequences only, so the open one at the end is walked by hand.
        if (!Utf8.IsValid(chunk[..^open]))
        {
            return false;
        }

        foreach (byte value in chunk[^open..])
        {
            if (_due == 0 ? !Begin(value) : !Continue(value))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>How many bytes at the end (0 to 3) start a sequence that the chunk does not finish.</summary>
    private static int OpenTail(ReadOnlySpan<byte> chunk)
    {
        int most = Math.Min(3, chunk.Length);
        for (int back = 1; back <= most; back++)
        {
            byte value = chunk[^back];
            if (value < 0x80)
            {
                return 0;
            }

            if (value >= 0xC0)
            {
                int length = value >= 0xF0 ? 4 : value >= 0xE0 ? 3 : 2;
                return length > back ? back : 0;
            }
        }

        return 0;
    }

    private bool Begin(byte lead)
    {
        (_due, _low, _high) = lead switch
        {
            >= 0xC2 and <= 0xDF => ((byte)1, (byte)0x80, (byte)0xBF),
            0xE0 => ((byte)2, (byte)0xA0, (byte)0xBF),
            0xED => ((byte)2, (byte)0x80, (byte)0x9F),
            >= 0xE1 and <= 0xEF => ((byte)2, (byte)0x80, (byte)0xBF),
            0xF0 => ((byte)3, (byte)0x90, (byte)0xBF),
            >= 0xF1 and <= 0xF3 => ((byte)3, (byte)0x80, (byte)0xBF),
            0xF4 => ((byte)3, (byte)0x80, (byte)0x8F),
            _ => default,
        };
        return _due > 0;
    }

    private bool Continue(byte value)
    {
        if (value < _low || value > _high)
        {
            return false;
        }

        _due--;
        _low = 0x80;
        _high = 0xBF;
        return true;
    }
}
