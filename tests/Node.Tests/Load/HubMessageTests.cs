using System.Text;
using Node.Load.Net;
using Node.Load.Soak;

namespace Node.Tests.Load;

public sealed class HubMessageTests
{
    [Fact]
    public void What_a_client_looks_at_is_found_wherever_it_stands()
    {
        HubMessage message = HubMessage.Read("""{"message_id":"join","seq":7,"x":{"seq":1},"room":"a","offset":41,"epoch":"k3","data":{"users":["b"]}}"""u8);

        Assert.Equal("join", Encoding.UTF8.GetString(message.Id));
        Assert.Equal("a", Encoding.UTF8.GetString(message.Room));
        Assert.Equal("k3", Encoding.UTF8.GetString(message.Epoch));
        Assert.Equal("""{"users":["b"]}""", Encoding.UTF8.GetString(message.Data));
        Assert.Equal((7, 41), (message.Seq, message.Offset));
        Assert.Equal(0, message.Error.Length);
    }

    [Fact]
    public void What_is_no_message_is_said()
    {
        Assert.Throws<ProtocolException>(() => HubMessage.Read("{\"seq\":"u8).Seq);
        Assert.Throws<ProtocolException>(() => HubMessage.Read("{\"seq\":\"a\"}"u8).Seq);
    }
}
