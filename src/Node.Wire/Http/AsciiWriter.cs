using System.Text;

namespace Node.Wire;

/// <summary>Appends ASCII to the caller's bytes; throws where they end.</summary>
internal ref struct AsciiWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    internal int Length { get; private set; }

    internal void Write(ReadOnlySpan<byte> text) => text.CopyTo(Take(text.Length));

    internal void Write(string text)
    {
        if (Ascii.FromUtf16(text, Take(text.Length), out _) != System.Buffers.OperationStatus.Done)
        {
            throw new ArgumentException($"not ASCII: '{text}'");
        }
    }

    internal void Write(int number)
    {
        number.TryFormat(_destination[Length..], out int written, default, null);
        Length += written;
    }

    /// <summary>The next bytes, for the caller to fill.</summary>
    internal Span<byte> Take(int count)
    {
        Span<byte> taken = _destination.Slice(Length, count);
        Length += count;
        return taken;
    }
}
