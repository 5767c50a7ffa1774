using System.Buffers;
using System.Buffers.Text;

namespace Node.Wire.Messages;

/// <summary>
/// Builds the JSON of a reply's <c>data</c>, such as {"count":2,"users":["alice","bob"]}, into a buffer that its
/// owner reuses. Allocates nothing itself. It puts the commas; that names and values alternate and that brackets
/// match is the caller's business, since the shapes are few and tested (the framework's Utf8JsonWriter is a class
/// with state to reset, and escapes all that is not ASCII).
/// </summary>
public ref struct JsonDataWriter(IBufferWriter<byte> output)
{
    private readonly IBufferWriter<byte> _output = output;
    private bool _needsComma;

    public void BeginObject() => Open((byte)'{');

    public void EndObject() => Close((byte)'}');

    public void BeginArray() => Open((byte)'[');

    public void EndArray() => Close((byte)']');

    /// <summary>A member's name; the next call writes its value. UTF-8, and needing no escapes.</summary>
    public void Name(ReadOnlySpan<byte> name)
    {
        Span<byte> span = Value(name.Length + 3, out int at);
        span[at++] = (byte)'"';
        name.CopyTo(span[at..]);
        at += name.Length;
        span[at++] = (byte)'"';
        span[at++] = (byte)':';
        _output.Advance(at);
        _needsComma = false;
    }

    /// <summary>A string value, UTF-8, escaped as needed.</summary>
    public void String(ReadOnlySpan<byte> text)
    {
        Span<byte> span = Value((JsonString.MaxExpansion * text.Length) + 2, out int at);
        _output.Advance(at + JsonString.Write(text, span[at..]));
    }

    public void Number(ulong value)
    {
        Span<byte> span = Value(20, out int at);
        Utf8Formatter.TryFormat(value, span[at..], out int written);
        _output.Advance(at + written);
    }

    public void Bool(bool value) => Raw(value ? "true"u8 : "false"u8);

    /// <summary>A value that is JSON text already.</summary>
    public void Raw(ReadOnlySpan<byte> json)
    {
        Span<byte> span = Value(json.Length, out int at);
        json.CopyTo(span[at..]);
        _output.Advance(at + json.Length);
    }

    /// <summary>
    /// A whole member, name and value, as a message carries it: <c>data</c>, or <c>data_base64</c> for bytes that
    /// are no JSON text. Nothing where there is no data.
    /// </summary>
    public void Data(DataKind kind, ReadOnlySpan<byte> data)
    {
        if (kind == DataKind.None || data.IsEmpty)
        {
            return;
        }

        Span<byte> span = Value(checked((int)JsonMessageWriter.MaxDataSize(kind, data)), out int at);
        _output.Advance(at + JsonMessageWriter.WriteData(kind, data, span[at..]));
    }

    private void Open(byte bracket)
    {
        Span<byte> span = Value(1, out int at);
        span[at] = bracket;
        _output.Advance(at + 1);
        _needsComma = false;
    }

    private void Close(byte bracket)
    {
        _output.GetSpan(1)[0] = bracket;
        _output.Advance(1);
        _needsComma = true;
    }

    // Room for a value of up to `size` bytes, with the comma before it where one is due; `at` is where it starts.
    private Span<byte> Value(int size, out int at)
    {
        Span<byte> span = _output.GetSpan(size + 1);
        at = 0;
        if (_needsComma)
        {
            span[at++] = (byte)',';
        }

        _needsComma = true;
        return span;
    }
}
