using System.Text;
using Google.Protobuf;
using Node.Connect.Upstream;
using Node.Protocol.Upstream;

namespace Node.Tests.Upstream;

/// <summary>The JSON form of protocol/upstream.md, and where an application is.</summary>
public class UpstreamJsonTests
{
    [Fact]
    public void A_batch_is_written_as_the_page_shows_it()
    {
        var batch = new Batch
        {
            Node = "n1", Incarnation = 1732250000123,
            Items =
            {
                new Item
                {
                    Number = 7, Client = "n1-42", User = "zoë",
                    Event = new Event { Kind = Event.Types.Kind.Joined, Room = "lobby", Generation = 99 },
                },
                new Item { Number = 8, User = "a", Event = new Event { Kind = Event.Types.Kind.Disconnected, Generation = 100 } },
                new Item
                {
                    Number = 9, User = "a",
                    Message = new Message { MessageId = "order", Room = "r", Target = "bob", Data = ByteString.CopyFromUtf8("{\"a\": [1]}") },
                },
                new Item { Number = 10, User = "a", Message = new Message { MessageId = "bytes", Data = ByteString.CopyFrom(1, 255) } },
                new Item { Number = 11, User = "a", Message = new Message { MessageId = "bad text", Data = ByteString.CopyFrom((byte)'"', 255, (byte)'"') } },
                new Item { Number = 12, User = "a", Message = new Message { MessageId = "none" } },
            },
        };
        Assert.Equal(
            "{\"node\":\"n1\",\"incarnation\":1732250000123,\"items\":["
            + "{\"number\":7,\"client\":\"n1-42\",\"user\":\"zoë\",\"event\":\"joined\",\"room\":\"lobby\",\"generation\":99},"
            + "{\"number\":8,\"client\":\"\",\"user\":\"a\",\"event\":\"disconnected\",\"generation\":100},"
            + "{\"number\":9,\"client\":\"\",\"user\":\"a\",\"message_id\":\"order\",\"room\":\"r\",\"target\":\"bob\",\"data\":{\"a\": [1]}},"
            + "{\"number\":10,\"client\":\"\",\"user\":\"a\",\"message_id\":\"bytes\",\"data_base64\":\"Af8=\"},"
            + "{\"number\":11,\"client\":\"\",\"user\":\"a\",\"message_id\":\"bad text\",\"data_base64\":\"Iv8i\"},"
            + "{\"number\":12,\"client\":\"\",\"user\":\"a\",\"message_id\":\"none\"}]}",
            Encoding.UTF8.GetString(UpstreamJson.Write(batch).Span));
    }

    [Fact]
    public void Answers_are_read()
    {
        BatchAnswer read = Read("""
            {"more": 1, "answers": [{"number": 1, "data": {"a": 1}}, {"number": 2, "data_base64": "Af8="}, {"number": 3},
             {"number": 4, "error": {"code": 1404, "reason": "none"}}, {"number": 5, "error": {"code": 7}}]}
            """);
        Assert.Equal([1, 2, 3, 4, 5], read.Answers.Select(answer => (int)answer.Number));
        Assert.Equal("{\"a\": 1}", read.Answers[0].Data.ToStringUtf8());
        Assert.Equal([1, 255], read.Answers[1].Data.ToByteArray());
        Assert.Equal(Answer.AnswerOneofCase.None, read.Answers[2].AnswerCase);
        Assert.Equal((1404u, "none"), (read.Answers[3].Error.Code, read.Answers[3].Error.Reason));
        Assert.Equal((7u, ""), (read.Answers[4].Error.Code, read.Answers[4].Error.Reason));
        Assert.Empty(Read("").Answers);
        Assert.Empty(Read("{}").Answers);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{\"answers\": {}}")]
    [InlineData("{\"answers\": [1]}")]
    [InlineData("{\"answers\": [{}]}")]
    [InlineData("{\"answers\": [{\"number\": -1}]}")]
    [InlineData("{\"answers\": [{\"number\": \"1\"}]}")]
    [InlineData("{\"answers\": [{\"number\": 1, \"error\": 5}]}")]
    [InlineData("{\"answers\": [{\"number\": 1, \"error\": {}}]}")]
    [InlineData("{\"answers\": [{\"number\": 1, \"error\": {\"code\": 1, \"reason\": 2}}]}")]
    [InlineData("{\"answers\": [{\"number\": 1, \"data_base64\": \"%\"}]}")]
    public void What_is_no_answer_is_refused(string text) =>
        Assert.Equal(UpstreamOutcome.Malformed, Assert.Throws<UpstreamException>(() => Read(text)).Outcome);

    [Theory]
    [InlineData("grpc://host:50060", "http://host:50060/", true)]
    [InlineData("grpcs://host:50060/", "https://host:50060/", true)]
    [InlineData("http://host/upstream?x=1", "http://host/upstream?x=1", false)]
    [InlineData("https://host:8443", "https://host:8443/", false)]
    public void An_address_says_its_protocol(string url, string uri, bool isGrpc) =>
        Assert.Equal(new UpstreamAddress(new Uri(uri), isGrpc), UpstreamAddress.Parse(url));

    [Theory]
    [InlineData("host:8082")]
    [InlineData("/upstream")]
    [InlineData("grpc://host")]
    [InlineData("grpc://host:1/path")]
    [InlineData("http://user:secret@host/")]
    [InlineData("ftp://host/")]
    public void What_is_no_address_is_refused(string url) => Assert.False(UpstreamAddress.IsValid(url));

    private static BatchAnswer Read(string text) => UpstreamJson.Read(Encoding.UTF8.GetBytes(text));
}
