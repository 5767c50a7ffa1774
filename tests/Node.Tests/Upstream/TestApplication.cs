using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Node.Protocol.Upstream;
using Node.Rpc;
using Node.Tests.Support;

namespace Node.Tests.Upstream;

/// <summary>An application behind a node, by gRPC or HTTP, on a port of its own.</summary>
internal sealed class TestApplication : IAsyncDisposable
{
    private readonly System.Threading.Channels.Channel<Seen> _events = System.Threading.Channels.Channel.CreateUnbounded<Seen>();
    private RpcServer? _rpc;
    private WebApplication? _web;

    /// <summary>Every item, in the order of coming.</summary>
    public ConcurrentQueue<Seen> Items { get; } = new();

    /// <summary>How many items each call brought.</summary>
    public ConcurrentQueue<int> Calls { get; } = new();

    public string? Authorization { get; private set; }

    /// <summary>Null: no answer to that message.</summary>
    public Func<Seen, Said?> OnMessage { get; set; } = seen => new Said(seen.Data.Length > 0 ? seen.Data : "null");

    /// <summary>Runs before anything is answered; the status of HTTP or gRPC's of the same meaning. 200: go on.</summary>
    public Func<CancellationToken, Task<int>> Before { get; set; } = _ => Task.FromResult(200);

    /// <summary>In place of the JSON answer.</summary>
    public string? Nonsense { get; set; }

    public string Url { get; private set; } = "";

    public int Port => new Uri(Url).Port;

    public static async Task<TestApplication> StartAsync(bool grpc, int port = 0)
    {
        var application = new TestApplication();
        await (grpc ? application.ServeRpcAsync(port) : application.ServeWebAsync(port));
        return application;
    }

    public async Task<Seen> NextEventAsync() => await _events.Reader.ReadAsync().AsTask().WaitAsync(RawClient.Patience);

    public async ValueTask DisposeAsync()
    {
        if (_rpc is not null)
        {
            await _rpc.DisposeAsync();
        }

        if (_web is not null)
        {
            await _web.DisposeAsync();
        }
    }

    private async Task ServeRpcAsync(int port)
    {
        _rpc = new RpcServer(new RpcServerOptions { Port = port });
        await _rpc.MapGrpcService(new Service(this)).StartAsync();
        Url = $"grpc://127.0.0.1:{_rpc.Port}";
    }

    private async Task ServeWebAsync(int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        builder.Services.AddRoutingCore();
        _web = builder.Build();
        _web.MapPost("/upstream", HandleAsync);
        await _web.StartAsync();
        Url = $"{_web.Urls.First()}/upstream";
    }

    private async Task HandleAsync(HttpContext context)
    {
        Assert.Equal("application/json", context.Request.ContentType);
        Authorization = context.Request.Headers.Authorization;
        context.Response.StatusCode = await Before(context.RequestAborted);
        if (context.Response.StatusCode != 200)
        {
            return;
        }

        JsonNode batch = (await JsonNode.ParseAsync(context.Request.Body))!;
        JsonArray answers = [];
        Calls.Enqueue(batch["items"]!.AsArray().Count);
        foreach (JsonNode? item in batch["items"]!.AsArray())
        {
            string Text(string name) => item![name]?.GetValue<string>() ?? "";
            string data = item!["data"]?.ToJsonString() ?? (item["data_base64"] is { } bytes ? Encoding.Latin1.GetString(Convert.FromBase64String(bytes.GetValue<string>())) : "");
            var seen = new Seen(
                item["number"]!.GetValue<ulong>(), Text("client"), Text("user"), Text("event") + Text("message_id"), Text("room"), data);
            Note(seen);
            if (!seen.IsEvent && OnMessage(seen) is { } said)
            {
                answers.Add(said.Code > 0
                    ? new JsonObject { ["number"] = seen.Number, ["error"] = new JsonObject { ["code"] = said.Code, ["reason"] = "said so" } }
                    : new JsonObject { ["number"] = seen.Number, ["data"] = JsonNode.Parse(said.Data) });
            }
        }

        await context.Response.WriteAsync(Nonsense ?? new JsonObject { ["answers"] = answers }.ToJsonString());
    }

    private void Note(Seen seen)
    {
        Items.Enqueue(seen);
        if (seen.IsEvent)
        {
            _events.Writer.TryWrite(seen);
        }
    }

    private sealed class Service(TestApplication application) : UpstreamService.UpstreamServiceBase
    {
        public override async Task<BatchAnswer> Handle(Batch request, ServerCallContext context)
        {
            application.Authorization = context.RequestHeaders.FirstOrDefault(header => header.Key == "authorization")?.Value;
            int status = await application.Before(context.CancellationToken);
            if (status != 200)
            {
                throw new RpcException(new Status(status == 503 ? StatusCode.Unavailable : StatusCode.InvalidArgument, "as the test says"));
            }

            var answer = new BatchAnswer();
            application.Calls.Enqueue(request.Items.Count);
            foreach (Item item in request.Items)
            {
                Seen seen = item.Event is { } happened
                    ? new Seen(item.Number, item.Client, item.User, happened.Kind.ToString().ToLowerInvariant(), happened.Room, "")
                    : new Seen(
                        item.Number, item.Client, item.User, item.Message.MessageId, item.Message.Room,
                        Encoding.Latin1.GetString(item.Message.Data.Span));
                application.Note(seen);
                if (!seen.IsEvent && application.OnMessage(seen) is { } said)
                {
                    answer.Answers.Add(said.Code > 0
                        ? new Answer { Number = seen.Number, Error = new Error { Code = said.Code, Reason = "said so" } }
                        : new Answer { Number = application.Nonsense is null ? seen.Number : seen.Number + 1, Data = ByteString.CopyFromUtf8(said.Data) });
                }
            }

            return answer;
        }
    }
}
