using Node.Wire;

namespace Node.Tests.Wire;

public class MaskingTests
{
    [Fact]
    public void Every_alignment_and_length_gives_what_the_plain_loop_gives()
    {
        var memory = new byte[64 + 301];
        for (int start = 0; start < 64; start++)
        {
            for (int length = 0; length <= 300; length++)
            {
                Check(memory, start, length, phase: length);
            }
        }
    }

    [Theory]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(65537)]
    public void Long_data_of_every_phase_gives_what_the_plain_loop_gives(int length)
    {
        var memory = new byte[length + 3];
        for (int phase = 0; phase < 8; phase++)
        {
            Check(memory, phase % 3, length, phase);
        }
    }

    [Fact]
    public void Masking_twice_gives_the_original()
    {
        byte[] data = [.. Enumerable.Range(0, 1000).Select(i => (byte)i)];
        byte[] copy = [.. data];
        Masking.Apply(copy, 0xDEADBEEF);
        Assert.NotEqual(data, copy);
        Masking.Apply(copy, 0xDEADBEEF);
        Assert.Equal(data, copy);
    }

    private static void Check(byte[] memory, int start, int length, int phase)
    {
        byte[] key = [0x11, 0x22, 0x44, 0x88];
        for (int i = 0; i < memory.Length; i++)
        {
            memory[i] = (byte)(i * 7);
        }

        Masking.Apply(memory.AsSpan(start, length), BitConverter.ToUInt32(key), phase);
        for (int i = 0; i < memory.Length; i++)
        {
            bool isInside = i >= start && i < start + length;
            int expected = (byte)(i * 7) ^ (isInside ? key[(i - start + phase) % 4] : 0);
            if (memory[i] != expected)
            {
                Assert.Fail($"byte {i} of start {start}, length {length}, phase {phase}");
            }
        }
    }
}
