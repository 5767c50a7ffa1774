using System.Buffers.Binary;

namespace Node.Load.Net;

/// <summary>A frame as a server sends it: RFC 6455, 5.2, without a mask.</summary>
/// <remarks>
/// A parser of its own, so that a fault in the product's parser cannot hide itself by being on both sides.
/// </remarks>
internal readonly ref struct ServerFrame
{
    public const byte Text = 1;
    public const byte Binary = 2;
    public const byte Close = 8;
    public const byte Ping = 9;
    public const byte Pong = 10;

    /// <summary>Of a ping, pong or close: RFC 6455, 5.5.</summary>
    public const int MaxControlPayload = 125;

    private ServerFrame(byte opcode, bool isFinal, ReadOnlySpan<byte> payload, int size)
    {
        Opcode = opcode;
        IsFinal = isFinal;
        Payload = payload;
        Size = size;
    }

    public byte Opcode { get; }

    public bool IsFinal { get; }

    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Bytes of header and payload.</summary>
    public int Size { get; }

    /// <summary>False while <paramref name="data"/> does not hold the whole frame.</summary>
    /// <exception cref="ProtocolException">A server may not send this.</exception>
    public static bool TryRead(ReadOnlySpan<byte> data, out ServerFrame frame)
    {
        frame = default;
        if (data.Length < 2)
        {
            return false;
        }

        if ((data[0] & 0x70) != 0 || (data[1] & 0x80) != 0)
        {
            throw new ProtocolException("a frame with reserved bits or a mask");
        }

        int header = 2;
        ulong length = data[1];
        if (length == 126)
        {
            header = 4;
            if (data.Length < header)
            {
                return false;
            }

            length = BinaryPrimitives.ReadUInt16BigEndian(data[2..]);
        }
        else if (length == 127)
        {
            header = 10;
            if (data.Length < header)
            {
                return false;
            }

            length = BinaryPrimitives.ReadUInt64BigEndian(data[2..]);
        }

        if (length > int.MaxValue / 2)
        {
            throw new ProtocolException("a frame of a gigabyte or more");
        }

        if (data.Length - header < (int)length)
        {
            return false;
        }

        ReadOnlySpan<byte> payload = data.Slice(header, (int)length);
        frame = new ServerFrame((byte)(data[0] & 15), data[0] >= 0x80, payload, header + (int)length);
        return true;
    }
}
