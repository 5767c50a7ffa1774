using System.Text;
using Node.Load.Dialects;
using Node.Load.Net;
using Node.Load.Run;

namespace Node.Tests.Load;

public class DialectTests
{
    [Theory]
    [InlineData("nats", "MSG load 1 5\r\na\r\nbc\r\n", nameof(Saying.Message), "a\r\nbc")]
    [InlineData("nats", "MSG load 1 answers.here 0\r\n\r\n", nameof(Saying.Message), "")]
    [InlineData("nats", "PONG\r\n", nameof(Saying.Ready), "PONG")]
    [InlineData("nats", "PING\r\n", nameof(Saying.Ping), "PING")]
    [InlineData("nats", "INFO {}\r\n", nameof(Saying.Aside), "INFO {}")]
    [InlineData("signalr", "{\"type\":1,\"target\":\"Message\"}\u001e", nameof(Saying.Message), "{\"type\":1,\"target\":\"Message\"}")]
    [InlineData("signalr", "{\"type\":3,\"invocationId\":\"1\"}\u001e", nameof(Saying.Ready), "{\"type\":3,\"invocationId\":\"1\"}")]
    [InlineData("signalr", "{\"type\":6}\u001e", nameof(Saying.Ping), "{\"type\":6}")]
    [InlineData("signalr", "{}\u001e", nameof(Saying.Aside), "{}")]
    public void What_is_said_is_read_when_it_is_whole_and_not_before(string protocol, string said, string kind, string text)
    {
        Dialect dialect = Dialect.Create(LoadOptions.Parse(["--protocol", protocol]));
        byte[] data = Encoding.UTF8.GetBytes(said + "more");
        int size = data.Length - "more".Length;
        for (int cut = 0; cut < size; cut++)
        {
            Assert.False(dialect.TryRead(data.AsSpan(0, cut), out _));
        }

        Assert.True(dialect.TryRead(data, out Said found));
        Assert.Equal((kind, text, size), (found.Kind.ToString(), Encoding.UTF8.GetString(found.Text), found.Size));
    }

    [Theory]
    [InlineData("nats", "-ERR 'Authorization Violation'\r\n")]
    [InlineData("nats", "MSG load 1 many\r\n")]
    [InlineData("signalr", "{\"type\":3,\"invocationId\":\"1\",\"error\":\"no\"}\u001e")]
    [InlineData("signalr", "{\"type\":7,\"error\":\"no\"}\u001e")]
    [InlineData("hub", "{\"message_id\":\"join\",\"seq\":1,\"error\":{\"code\":1}}")]
    public void A_refusal_is_a_fault(string protocol, string said)
    {
        Dialect dialect = Dialect.Create(LoadOptions.Parse(["--protocol", protocol]));

        Assert.Throws<ProtocolException>(() => dialect.TryRead(Encoding.UTF8.GetBytes(said), out _));
    }

    [Fact]
    public void Without_a_room_SignalR_is_ready_when_it_has_answered_the_first_line()
    {
        Dialect dialect = Dialect.Create(LoadOptions.Parse(["--protocol", "signalr", "--room", ""]));

        Assert.True(dialect.TryRead("{}\u001e"u8, out Said found));
        Assert.Equal(Saying.Ready, found.Kind);
    }

    [Fact]
    public void A_protocol_that_there_is_not_is_said() =>
        Assert.Throws<ArgumentException>(() => Dialect.Create(LoadOptions.Parse(["--protocol", "chess"])));
}
