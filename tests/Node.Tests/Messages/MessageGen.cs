using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Node.Wire.Messages;

namespace Node.Tests.Messages;

/// <summary>Generators of messages, JSON texts and broken bytes.</summary>
public static class MessageGen
{
    private static readonly string[] s_pieces =
    [
        "a", "Z", "0", " ", "\"", "\\", "/", "<", "&", "'", "é", "ß", "\u00A0", "名", "\u2028", "\uFEFF", "\uFFFF", "😀", "\U0010FFFF",
    ];

    private static readonly string[] s_controls = ["\0", "\b", "\t", "\n", "\f", "\r", "\u001f", "\u007f", "\u0085"];

    private static readonly string[] s_scalars =
    [
        "null", "true", "false", "0", "-0", "1", "-12.50", "1e9", "1E-3", "2.5e+10", "18446744073709551616",
        "\"\"", "\"x\"", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u00e9\\ud83d\\ude00\"", "\"\\ud800\"", "\"é😀\"",
    ];

    public static Gen<MessageModel> Message =>
        from id in Name(Names.MaxMessageId)
        from room in Name(Names.MaxRoom)
        from user in Name(Names.MaxUser)
        from epoch in Name(Names.MaxEpoch)
        from numbers in Number.ArrayOf(3)
        from reason in Text([.. s_pieces, .. s_controls])
        from data in Data
        select new MessageModel
        {
            MessageId = id,
            Seq = numbers[0],
            Room = room,
            User = user,
            Offset = numbers[1],
            Epoch = epoch,
            Kind = data.Kind,
            Data = data.Bytes,
            ErrorCode = (uint)numbers[2],
            ErrorReason = reason,
        };

    /// <summary>A JSON value with white space wherever it may stand, but for its ends.</summary>
    public static Gen<string> Json => Gen.Sized(size => Value(Math.Min(size / 8, 4)));

    public static Gen<byte[]> Bytes => ArbMap.Default.GeneratorFor<byte[]>().Select(bytes => bytes ?? []);

    /// <summary>One to four bytes overwritten, dropped, put in between, or the end cut off.</summary>
    public static Gen<byte[]> Mutation(byte[] source, byte[] alphabet)
    {
        Gen<(int Kind, int At, byte Value)> edit =
            from kind in Gen.Choose(0, 3)
            from at in Gen.Choose(0, int.MaxValue - 1)
            from value in Gen.Elements(alphabet)
            select (kind, at, value);
        return
            from count in Gen.Choose(1, 4)
            from edits in edit.ArrayOf(count)
            select edits.Aggregate(source, Edit);
    }

    private static Gen<ulong> Number => Gen.OneOf(
        Gen.Constant(0UL),
        Gen.Choose(0, 300).Select(value => (ulong)value),
        Gen.Elements(uint.MaxValue, 1UL << 53, ulong.MaxValue),
        ArbMap.Default.GeneratorFor<ulong>());

    private static Gen<(DataKind Kind, string Bytes)> Data => Gen.OneOf(
        Gen.Constant((DataKind.None, "")),
        Json.Select(text => (DataKind.Json, Latin(text))),
        Json.Select(text => (DataKind.Binary, Latin(text))),
        Bytes.Select(bytes => (bytes.Length == 0 ? DataKind.None : DataKind.Binary, Encoding.Latin1.GetString(bytes))));

    private static string Latin(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static Gen<string> Text(string[] pieces) => Gen.Elements(pieces).ArrayOf().Select(string.Concat);

    private static Gen<string> Name(int maxBytes) =>
        Text(s_pieces).Select(text => Encoding.UTF8.GetByteCount(text) <= maxBytes ? text : text[..1].Trim('\ud83d', '\udbff'));

    private static Gen<string> Space => Gen.Elements("", "", "", " ", "\t", "\r\n");

    private static Gen<string> Value(int depth)
    {
        Gen<string> scalar = Gen.Elements(s_scalars);
        if (depth == 0)
        {
            return scalar;
        }

        Gen<string> padded = from left in Space from value in Value(depth - 1) from right in Space select left + value + right;
        Gen<string> member = from space in Space from value in padded select $"{space}\"k\"{space}:{value}";
        return Gen.OneOf(
            scalar,
            padded.ArrayOf().Resize(3).Select(items => $"[{string.Join(',', items)}]"),
            member.ArrayOf().Resize(3).Select(items => $"{{{string.Join(',', items)}}}"));
    }

    private static byte[] Edit(byte[] bytes, (int Kind, int At, byte Value) edit)
    {
        int at = bytes.Length == 0 ? 0 : edit.At % bytes.Length;
        return (bytes.Length, edit.Kind) switch
        {
            (0, _) => [edit.Value],
            (_, 0) => [.. bytes[..at], edit.Value, .. bytes[(at + 1)..]],
            (_, 1) => [.. bytes[..at], .. bytes[(at + 1)..]],
            (_, 2) => [.. bytes[..at], edit.Value, .. bytes[at..]],
            _ => bytes[..at],
        };
    }
}
