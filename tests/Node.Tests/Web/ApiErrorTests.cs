using System.Net.Http.Headers;
using System.Text;

namespace Node.Tests.Web;

/// <summary>Everything that a caller can do wrong gets a problem that names it, and leaves the server as it was.</summary>
public sealed class ApiErrorTests
{
    private static readonly string Long = new('x', 129);

    public static TheoryData<string, string, string> WrongFields => new()
    {
        { "api/push/user/alice", "{}", "data" },
        { "api/push/user/alice", """{"data":1,"date":2}""", "date" },
        { "api/push/user/alice", """{"data":1,"user":""}""", "user" },
        { "api/push/user/alice", """{"data":1,"user":7}""", "user" },
        { "api/push/user/alice", """{"data":1,"user":"a\u0007b"}""", "user" },
        { "api/push/user/alice", """{"data":1,"user":"\ud800"}""", "user" },
        { "api/push/user/alice", $$"""{"data":1,"user":"{{Long}}"}""", "user" },
        { "api/push/user/alice", """{"data":1,"message_id":"connect"}""", "message_id" },
        { "api/push/user/alice", $$"""{"data":1,"message_id":"{{Long[..65]}}"}""", "message_id" },
        { "api/push/user/alice", """{"data":1,"idempotency_key":""}""", "idempotency_key" },
        { "api/push/user/alice", $$"""{"data":1,"idempotency_key":"{{Long}}"}""", "idempotency_key" },
        { "api/push/user/a%07b", """{"data":1}""", "user" },
        { "api/push/user/%ff", """{"data":1}""", "user" },
        { "api/push/user/" + Long, """{"data":1}""", "user" },
        { "api/push/room/lobby/", """{"data":1}""", "room" },
        { "api/push/room/lobby", """{"data":1,"message_id":"note"}""", "message_id" },
        { "api/broadcast", """{"data":1,"message_id":"joined"}""", "message_id" },
        { "api/broadcast", """{"data":1,"rate":5}""", "rate" },
        { "api/kick", "{}", "user" },
        { "api/kick", """{"user":null}""", "user" },
        { "api/kick", """{"user":"alice","code":1000}""", "code" },
        { "api/kick", """{"user":"alice","code":"3502"}""", "code" },
        { "api/kick", """{"user":"alice","code":3502.5}""", "code" },
        { "api/kick", $$"""{"user":"alice","reason":"{{Long[..124]}}"}""", "reason" },
        { "api/kick", """{"user":"alice","client":""}""", "client" },
        { "api/kick", """{"user":"alice","connection":"x"}""", "connection" },
    };

    public static TheoryData<string, string> WrongParameters => new()
    {
        { "api/rooms?limit=0", "limit" },
        { "api/rooms?limit=1001", "limit" },
        { "api/rooms?limit=", "limit" },
        { "api/rooms?limit=ten", "limit" },
        { "api/rooms?limit=5&limit=6", "limit" },
        { "api/rooms?prefix=" + Long, "prefix" },
        { "api/rooms?after=%07", "after" },
        { "api/rooms?order=size", "order" },
        { "api/rooms/%C3%28", "room" },
        { "api/users/" + Long, "user" },
    };

    [Fact]
    public async Task A_wrong_field_is_named()
    {
        await using ApiSite site = await ApiSite.StartAsync(process: false);
        foreach ((string path, string body, string field) in WrongFields.Select(row => row.Data))
        {
            ApiReply reply = await site.PostAsync(path, body);
            Assert.True(reply.Status == 422, $"{path} {body}: {reply.Status} {reply.Text}");
            reply.Problem(422);
            Assert.Equal(field, Assert.Single(reply.Fields));
        }
    }

    [Fact]
    public async Task A_wrong_parameter_is_named()
    {
        await using ApiSite site = await ApiSite.StartAsync(process: false);
        foreach ((string path, string field) in WrongParameters.Select(row => row.Data))
        {
            ApiReply reply = await site.GetAsync(path);
            Assert.True(reply.Status == 422, $"{path}: {reply.Status} {reply.Text}");
            Assert.Contains(field, reply.Fields);
        }
    }

    [Fact]
    public async Task Every_wrong_field_is_named_at_once()
    {
        await using ApiSite site = await ApiSite.StartAsync(process: false);
        ApiReply reply = await site.PostAsync("api/push/user/alice", """{"user":"","message_id":"left","extra":1}""");
        reply.Problem(422);
        Assert.Equal(["extra", "data", "user", "message_id"], reply.Fields);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("[1]")]
    [InlineData("\"data\"")]
    [InlineData("null")]
    [InlineData("""{"data":1,"data":2}""")]
    [InlineData("""{"data":{"a":1,"a":2}}""")]
    [InlineData("{'data':1}")]
    [InlineData("\uFEFF{\"data\":1}")]
    public async Task A_body_that_is_no_JSON_object_is_refused(string body)
    {
        await using ApiSite site = await ApiSite.StartAsync(process: false);
        (await site.PostAsync("api/broadcast", body)).Problem(400);
        (await site.PostAsync("api/kick", body)).Problem(400);
    }

    [Fact]
    public async Task A_text_that_is_no_UTF_8_never_reaches_a_client()
    {
        await using ApiSite site = await ApiSite.StartAsync(process: false);
        var body = new ByteArrayContent([.. "{\"data\":\""u8, 0xC3, 0x28, .. "\"}"u8]);
        body.Headers.ContentType = MediaTypeHeaderValue.Parse("application/json");
        Assert.Contains("UTF-8", (await site.SendAsync(HttpMethod.Post, "api/broadcast", body)).Problem(400).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_that_is_nested_without_end_is_refused()
    {
        await using ApiSite site = await ApiSite.StartAsync(process: false);
        (await site.PostAsync("api/broadcast", $$"""{"data":{{new string('[', 1000)}}{{new string(']', 1000)}}}""")).Problem(400);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/json; charset=utf-16")]
    public async Task Only_JSON_is_taken(string? type)
    {
        await using ApiSite site = await ApiSite.StartAsync(process: false);
        var body = new ByteArrayContent("{\"data\":1}"u8.ToArray());
        body.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        (await site.SendAsync(HttpMethod.Post, "api/broadcast", body)).Problem(415);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_the_limit_is_refused_and_one_at_the_limit_is_not(bool chunked)
    {
        await using ApiSite site = await ApiSite.StartAsync(process: true);

        // The lengths of chunks count, too.
        string fits = $$"""{"data":"{{new string('x', (64 * 1024) - (chunked ? 100 : 11))}}"}""";
        foreach ((string body, int status) in new[] { (fits, 200), (fits + new string(' ', chunked ? 101 : 1), 413) })
        {
            HttpContent content = chunked ? new Chunked(body) : new StringContent(body, Encoding.UTF8, "application/json");
            ApiReply reply = await site.SendAsync(HttpMethod.Post, "api/broadcast", content);
            Assert.Equal(status, reply.Status);
            if (status == 413)
            {
                reply.Problem(413);
            }
        }
    }

    [Fact]
    public async Task Unknown_paths_and_methods_get_problems()
    {
        await using ApiSite site = await ApiSite.StartAsync(process: true);
        (await site.GetAsync("api/nothing")).Problem(404);
        (await site.GetAsync("api")).Problem(404);
        (await site.GetAsync("api/push/user/alice")).Problem(405);
        (await site.PostAsync("api/rooms", "{}")).Problem(405);
        (await site.SendAsync(HttpMethod.Delete, "api/rooms/lobby", null)).Problem(405);
        Assert.Equal(404, (await site.GetAsync("nothing")).Status);
    }

    private sealed class Chunked : StringContent
    {
        public Chunked(string text)
            : base(text, Encoding.UTF8, "application/json")
        {
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
