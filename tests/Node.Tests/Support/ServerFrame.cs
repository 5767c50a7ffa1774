using System.Buffers.Binary;
using System.Text;
using Node.Wire;

namespace Node.Tests.Support;

/// <summary>A frame as a client received it.</summary>
internal sealed record ServerFrame(Opcode Opcode, bool IsFinal, bool IsCompressed, byte[] Payload)
{
    public bool IsControl => ((byte)Opcode & 0x08) != 0;

    public string Text => Encoding.UTF8.GetString(Payload);

    /// <summary>Of a close frame; <see cref="Node.Wire.CloseCode.NoStatus"/> where it has none.</summary>
    public ushort CloseCode =>
        Payload.Length < 2 ? Node.Wire.CloseCode.NoStatus : BinaryPrimitives.ReadUInt16BigEndian(Payload);

    public string CloseReason => Payload.Length < 2 ? "" : Encoding.UTF8.GetString(Payload.AsSpan(2));

    public override string ToString() =>
        $"{Opcode}{(IsFinal ? "" : " unfinished")}{(IsCompressed ? " compressed" : "")}, {Payload.Length} bytes: "
        + (Opcode == Opcode.Close ? $"{CloseCode} {CloseReason}" : Text[..Math.Min(Text.Length, 100)]);
}
