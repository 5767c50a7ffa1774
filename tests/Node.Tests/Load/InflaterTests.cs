using Node.Load.Net;

namespace Node.Tests.Load;

public class InflaterTests
{
    // RFC 7692, 7.2.3.1.
    private static readonly byte[] Hello = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00];

    [Fact]
    public void A_message_is_inflated_also_when_it_comes_again()
    {
        var inflater = new Inflater();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("Hello"u8, inflater.Inflate(Hello));
        }
    }

    [Fact]
    public void What_is_not_deflate_is_a_fault()
    {
        var inflater = new Inflater();

        Assert.Throws<ProtocolException>(() => inflater.Inflate([0xFF, 0xFF, 0xFF]));
        Assert.Throws<ProtocolException>(() => inflater.Inflate([0xFF, 0xFF, 0xFF]));
        Assert.Equal("Hello"u8, inflater.Inflate(Hello));
    }
}
