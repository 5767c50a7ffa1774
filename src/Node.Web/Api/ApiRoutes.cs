using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Node.Web.Api;

/// <summary>The routes of the HTTP API: what a request says becomes a call of the <see cref="IControlPlane"/>, or a problem.</summary>
internal sealed class ApiRoutes(IControlPlane plane, ApiGate gate)
{
    private const int DefaultPage = 100;
    private const int MaxPage = 1000;
    private const int LeastCode = 3000;
    private const int MostCode = 4999;

    // Clients act on these by themselves: a push under one of them would pretend to be the protocol.
    private static readonly string[] Reserved =
        ["connect", "ping", "join", "leave", "publish", "history", "presence", "joined", "left", "error"];

    public void MapTo(IEndpointRouteBuilder app)
    {
        Post("/api/push/user/{user}", (context, cancel) => PushAsync(context, PushTarget.User, "user", cancel));
        Post("/api/push/room/{room}", (context, cancel) => PushAsync(context, PushTarget.Room, "room", cancel));
        Post("/api/broadcast", (context, cancel) => PushAsync(context, PushTarget.Everybody, "", cancel));
        Post("/api/kick", KickAsync);
        Get("/api/rooms", ListRoomsAsync);
        Get("/api/rooms/{room}", FindRoomAsync);
        Get("/api/users/{user}", FindUserAsync);
        Get("/api/nodes", async (_, cancel) => ApiAnswer.Of(new NodeList(await plane.ListNodesAsync(cancel))));
        Get("/api/stats", async (_, cancel) => ApiAnswer.Of(await plane.CountAsync(cancel)));
        Get("/api/health", async (_, cancel) => ApiAnswer.Of(HealthReport.Of(await plane.CheckPartsAsync(cancel))));

        void Get(string pattern, ApiHandler handler) =>
            app.MapMethods(pattern, [HttpMethods.Get, HttpMethods.Head], context => gate.RunAsync(context, handler));

        void Post(string pattern, ApiHandler handler) =>
            app.MapPost(pattern, context => gate.RunAsync(context, handler));
    }

    private async Task<ApiAnswer> PushAsync(HttpContext context, PushTarget target, string named, CancellationToken cancellation)
    {
        (JsonDocument? document, Problem? problem) = await BodyReader.ReadAsync(context);
        if (document is null)
        {
            return problem!;
        }

        using (document)
        {
            var fields = new Fields();
            string name = named.Length == 0 ? "" : fields.PathName(named, RawTarget(context));
            JsonElement body = document.RootElement;
            fields.Only(body, "data", "user", "message_id", "idempotency_key");
            if (!body.TryGetProperty("data", out JsonElement data))
            {
                fields.Fail("data", "is missing");
            }

            string sender = fields.OptionalText(body, "user", NameRule.MaxName);
            string messageId = MessageIdIn(fields, body, target);
            string key = fields.OptionalText(body, "idempotency_key", NameRule.MaxIdempotencyKey);
            return fields.Problem is { } wrong
                ? wrong
                : ApiAnswer.Of(await plane.PushAsync(
                    new PushRequest(target, name, JsonMarshal.GetRawUtf8Value(data).ToArray())
                    {
                        Sender = sender, MessageId = messageId, IdempotencyKey = key,
                    },
                    cancellation));
        }
    }

    private static string MessageIdIn(Fields fields, JsonElement body, PushTarget target)
    {
        string messageId = fields.OptionalText(body, "message_id", NameRule.MaxMessageId);
        if (target == PushTarget.Room && messageId is not ("" or "publish"))
        {
            // Members number a room's messages by what comes as "publish"; anything else would look like a gap.
            fields.Fail("message_id", "must be left out: messages of a room are always \"publish\"");
        }
        else if (target != PushTarget.Room && Reserved.Contains(messageId))
        {
            fields.Fail("message_id", "must not be one that the client protocol uses itself");
        }

        return messageId;
    }

    private async Task<ApiAnswer> KickAsync(HttpContext context, CancellationToken cancellation)
    {
        (JsonDocument? document, Problem? problem) = await BodyReader.ReadAsync(context);
        if (document is null)
        {
            return problem!;
        }

        using (document)
        {
            var fields = new Fields();
            JsonElement body = document.RootElement;
            fields.Only(body, "user", "client", "code", "reason");
            var kick = new Kick(
                fields.Text(body, "user", NameRule.MaxName),
                fields.OptionalText(body, "client", NameRule.MaxClient),
                (ushort)fields.OptionalNumber(body, "code", LeastCode, MostCode, Kick.DefaultCode),
                fields.OptionalText(body, "reason", NameRule.MaxReason, otherwise: "kicked"));
            return fields.Problem is { } wrong
                ? wrong
                : ApiAnswer.Of(new KickResult(await plane.KickAsync(kick, cancellation)));
        }
    }

    private async Task<ApiAnswer> ListRoomsAsync(HttpContext context, CancellationToken cancellation)
    {
        var fields = new Fields();
        IQueryCollection query = context.Request.Query;
        fields.Only(query, "prefix", "after", "limit");
        var page = new RoomQuery(
            fields.QueryText(query, "prefix", NameRule.MaxName),
            fields.QueryText(query, "after", NameRule.MaxName),
            fields.QueryNumber(query, "limit", 1, MaxPage, DefaultPage));
        return fields.Problem is { } wrong ? wrong : ApiAnswer.Of(await plane.ListRoomsAsync(page, cancellation));
    }

    private async Task<ApiAnswer> FindRoomAsync(HttpContext context, CancellationToken cancellation)
    {
        var fields = new Fields();
        string room = fields.PathName("room", RawTarget(context));
        return fields.Problem is { } wrong
            ? wrong
            : ApiAnswer.Found(await plane.FindRoomAsync(room, cancellation), "Nobody is in this room.");
    }

    private async Task<ApiAnswer> FindUserAsync(HttpContext context, CancellationToken cancellation)
    {
        var fields = new Fields();
        string user = fields.PathName("user", RawTarget(context));
        return fields.Problem is { } wrong
            ? wrong
            : ApiAnswer.Found(await plane.FindUserAsync(user, cancellation), "This user has no connection.");
    }

    private static string RawTarget(HttpContext context) => context.Features.Get<IHttpRequestFeature>()!.RawTarget;
}
