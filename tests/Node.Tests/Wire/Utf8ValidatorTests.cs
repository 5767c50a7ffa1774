using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Node.Wire;

namespace Node.Tests.Wire;

public class Utf8ValidatorTests
{
    /// <summary>The first and last of every form, each with what lies just outside.</summary>
    public static TheoryData<string> Boundaries => new(
        "00", "7F", "80", "BF", "C0", "C0 80", "C1 BF", "C2 80", "DF BF", "C2", "C2 C2 80", "C2 41",
        "E0 9F BF", "E0 A0 80", "E0 A0", "EC BF BF", "ED 80 80", "ED 9F BF", "ED A0 80", "ED BF BF", "EE 80 80",
        "EF BF BF", "E2 82 AC", "E2 82", "E2", "E2 28 A1",
        "F0 8F BF BF", "F0 90 80 80", "F0 90 80", "F0 90", "F0", "F3 BF BF BF", "F4 80 80 80", "F4 8F BF BF",
        "F4 90 80 80", "F5 80 80 80", "F7 BF BF BF", "F8 88 80 80 80", "FC", "FE", "FF",
        "41 C3 A9 42", "F0 9F 98 80 F0 9F 98", "CE BA E1 BD B9 CF 83 CE BC CE B5 ED A0 80 65 64");

    [Theory]
    [MemberData(nameof(Boundaries))]
    public void A_boundary_is_judged_as_the_framework_judges_it_at_every_split(string hex)
    {
        byte[] bytes = FrameBytes.Hex(hex);
        for (int lead = 0; lead < 70; lead += 23)
        {
            byte[] text = [.. Enumerable.Repeat((byte)'a', lead), .. bytes];
            for (int first = 0; first <= text.Length; first++)
            {
                for (int second = first; second <= text.Length; second++)
                {
                    AssertLikeReference(text, [first, second - first]);
                }
            }
        }
    }

    [Fact]
    public void Every_scalar_value_is_valid_byte_by_byte_and_every_surrogate_is_not()
    {
        Span<byte> bytes = stackalloc byte[4];
        for (int value = 0; value <= 0x10FFFF; value++)
        {
            bool isScalar = Rune.TryCreate(value, out Rune rune);
            int length = isScalar ? rune.EncodeToUtf8(bytes) : EncodeSurrogate(value, bytes);
            var validator = default(Utf8Validator);
            bool isValid = true;
            for (int i = 0; i < length && isValid; i++)
            {
                isValid = validator.Append(bytes.Slice(i, 1));
            }

            if ((isValid && validator.IsComplete) != isScalar)
            {
                Assert.Fail($"U+{value:X4}");
            }
        }
    }

    [Fact]
    public void Any_bytes_in_any_pieces_are_judged_as_the_framework_judges_them()
    {
        // Bytes that start or continue sequences more often than chance would.
        Gen<byte> one = Gen.Elements<byte>(
            0x41, 0x80, 0xBF, 0xC3, 0xA9, 0xE2, 0x82, 0xAC, 0xED, 0x9F, 0xF0, 0x9F, 0x98, 0xF4);
        Gen<byte[]> text = one.ArrayOf();
        Gen<int[]> pieces = Gen.Choose(0, 5).ArrayOf();
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(3000),
            Prop.ForAll(text.ToArbitrary(), pieces.ToArbitrary(), AssertLikeReference));
    }

    private static void AssertLikeReference(byte[] text, int[] pieces)
    {
        var validator = default(Utf8Validator);
        int at = 0;
        foreach (int piece in pieces.Append(text.Length))
        {
            int size = Math.Min(piece, text.Length - at);
            bool isValid = validator.Append(text.AsSpan(at, size));
            at += size;
            if (isValid != CanStillBeValid(text.AsSpan(0, at)))
            {
                Assert.Fail($"{Convert.ToHexString(text)} after {at} bytes");
            }

            if (!isValid)
            {
                return;
            }
        }

        Assert.Equal(System.Text.Unicode.Utf8.IsValid(text), validator.IsComplete);
    }

    private static bool CanStillBeValid(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(text, out _, out int consumed);
            if (status != OperationStatus.Done)
            {
                return status == OperationStatus.NeedMoreData;
            }

            text = text[consumed..];
        }

        return true;
    }

    private static int EncodeSurrogate(int value, Span<byte> bytes)
    {
        bytes[0] = (byte)(0xE0 | (value >> 12));
        bytes[1] = (byte)(0x80 | ((value >> 6) & 0x3F));
        bytes[2] = (byte)(0x80 | (value & 0x3F));
        return 3;
    }
}
