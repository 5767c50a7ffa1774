using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace Node.Load.Million;

/// <summary>What a pushed message carries: which kind, its number among those of its target, when it was due.</summary>
internal readonly record struct CrowdStamp(char Kind, uint Number, long DueAt)
{
    public const char Room = 'r';
    public const char Everybody = 'e';
    public const char Broadcast = 'b';

    private const byte Mark = (byte)'#';
    private const int Size = 2 + 8 + 16;

    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"#{Kind}{Number:x8}{DueAt:x16}");

    /// <summary>False: no stamp in it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out CrowdStamp stamp)
    {
        stamp = default;
        int at = payload.IndexOf(Mark);
        if (at < 0 || payload.Length - at < Size)
        {
            return false;
        }

        ReadOnlySpan<byte> text = payload[at..];
        if (!Utf8Parser.TryParse(text.Slice(2, 8), out uint number, out _, 'x') || !Utf8Parser.TryParse(text.Slice(10, 16), out long due, out _, 'x'))
        {
            return false;
        }

        stamp = new CrowdStamp((char)text[1], number, due);
        return true;
    }
}
