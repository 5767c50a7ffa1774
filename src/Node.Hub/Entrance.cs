using System.Text;
using Node.Hub.Auth;
using Node.Transport;
using Node.Wire;
using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>
/// A connection before it is a WebSocket: reads one HTTP request, answers <c>/health</c>, refuses by name, or hands over to
/// a session. Loop thread only.
/// </summary>
internal sealed class Entrance : ConnectionHandler
{
    private readonly Connection _connection;
    private readonly Bucket _bucket;
    private int _scanned;

    public Entrance(Connection connection, Bucket bucket)
    {
        _connection = connection;
        _bucket = bucket;
        connection.SetDeadline(bucket.Loop.Now + bucket.Options.HandshakeTimeout);
    }

    public override int OnReceive(Span<byte> data)
    {
        HeadStatus status = HttpRequestHead.Parse(
            data, ref _scanned, _bucket.Options.HeadLimits, out HttpRequestHead head, out HttpRefusal? refusal);
        switch (status)
        {
            case HeadStatus.Incomplete:
                return 0;
            case HeadStatus.Refused:
                Refuse(refusal!);
                return data.Length;
        }

        int consumed = _scanned;
        Answer(head);
        if (_connection.AcceptsFrames && !ReferenceEquals(_connection.Handler, this))
        {
            // Frames may stand right behind the request, for those who do not wait for the answer.
            return consumed + _connection.Handler.OnReceive(data[consumed..]);
        }

        return data.Length;
    }

    public override void OnDeadline()
    {
        _bucket.Hub.Meter.Refused("the request took too long");
        SendAndClose(408, "Request Timeout", "the request took too long\n"u8);
    }

    public override void OnOverflow() => _connection.Abort();

    public override void OnClosed(CloseCause cause)
    {
    }

    private void Answer(in HttpRequestHead head)
    {
        if (head.Path.SequenceEqual("/ws"u8))
        {
            Upgrade(head, echo: false);
        }
        else if (head.Path.SequenceEqual("/echo"u8) && _bucket.Options.Echo)
        {
            Upgrade(head, echo: true);
        }
        else if (head.Path.SequenceEqual("/health"u8))
        {
            TellHealth(head.Method);
        }
        else
        {
            _bucket.Hub.Meter.Refused("no such path");
            SendAndClose(404, "Not Found", "no such path: WebSockets are at /ws\n"u8);
        }
    }

    private void TellHealth(ReadOnlySpan<byte> method)
    {
        if (!method.SequenceEqual("GET"u8) && !method.SequenceEqual("HEAD"u8))
        {
            Refuse(HttpRefusal.OnlyRead);
            return;
        }

        // The answer to HEAD could have the length of what it leaves out, but need not (RFC 9110, 8.6).
        bool draining = _bucket.Hub.IsDraining;
        ReadOnlySpan<byte> body = method.Length == "HEAD"u8.Length ? []
            : draining ? "{\"status\":\"draining\"}\n"u8 : "{\"status\":\"ok\"}\n"u8;
        SendAndClose(draining ? 503 : 200, draining ? "Service Unavailable" : "OK", body, "application/json");
    }

    private void Upgrade(in HttpRequestHead head, bool echo)
    {
        Hub hub = _bucket.Hub;
        if (hub.IsDraining)
        {
            hub.Meter.Refused("draining");
            SendAndClose(503, "Service Unavailable", "try again later, or another node\n"u8, retryAfter: 1);
            return;
        }

        // Before anything is computed for it: what a refusal costs is what the pace can save.
        if (_bucket.Admission.TryTake(_bucket.Loop.Now) is > 0 and var wait)
        {
            hub.Meter.Refused("beyond the pace of admission");
            SendAndClose(503, "Service Unavailable", "too many come at once\n"u8, retryAfter: wait);
            return;
        }

        ServerHandshake handshake = ServerHandshake.Negotiate(head, _bucket.Handshake(echo));
        if (handshake.Refusal is { } refusal)
        {
            Refuse(refusal);
            return;
        }

        int limit = _bucket.Options.MaxConnections;
        bool isFull = limit > 0 && hub.SessionCount >= limit;
        Outbox outbox = _bucket.Loop.Outbox;
        int bytes = handshake.WriteResponse(outbox.Reserve(ServerHandshake.MaxResponseSize));
        outbox.Send(_connection, bytes, FrameTraits.Close);
        _bucket.Counters.Handshakes++;
        if (echo)
        {
            var session = new EchoSession(_connection, _bucket, handshake.Deflate);
            _connection.Handler = session;
            CloseIf(isFull, session);
            return;
        }

        MessageEncoding encoding =
            handshake.Subprotocol == Bucket.ProtoSubprotocol ? MessageEncoding.Proto : MessageEncoding.Json;
        var channel = new Channel(_connection, _bucket, handshake.Deflate, encoding);
        _connection.Handler = channel;
        hub.Raise(HubEventKind.Connected, channel, null);
        CloseIf(isFull, channel);
        if (channel.IsAlive)
        {
            NameUser(channel, head);
        }
    }

    /// <summary>Only after the handshake: a browser's page cannot see an HTTP status, but it sees a close code.</summary>
    private void CloseIf(bool isFull, Session session)
    {
        if (isFull)
        {
            _bucket.Hub.Meter.Refused("the connection limit is reached");
            session.Close(CloseCode.Overloaded, "the connection limit is reached; retry_ms=5000");
        }
    }

    /// <summary>The user may be named in the request already: by a token, or, without authentication, by name.</summary>
    private void NameUser(Channel channel, in HttpRequestHead head)
    {
        Span<byte> value = stackalloc byte[TokenValidator.MaxTokenBytes];
        if (_bucket.Options.Tokens is null)
        {
            NameAnonymous(channel, head.Query.TryGet("user"u8, value, out int length), value[..length]);
            return;
        }

        QueryLookup lookup = head.Query.TryGet("token"u8, value, out int tokenLength);
        ReadOnlySpan<byte> token = value[..tokenLength];
        if (lookup == QueryLookup.Absent && head.TryGetHeader("Authorization"u8, out ReadOnlySpan<byte> authorization))
        {
            // The scheme has no case (RFC 9110, 11.1); another scheme is no token, and is refused as such.
            ReadOnlySpan<byte> scheme = "Bearer "u8;
            bool bearer = authorization.Length > scheme.Length
                && Ascii.EqualsIgnoreCase(authorization[..scheme.Length], scheme);
            token = bearer ? authorization[scheme.Length..].Trim((byte)' ') : [];
            lookup = QueryLookup.Found;
        }

        if (lookup != QueryLookup.Absent)
        {
            BuiltInRoutes.Authenticate(channel, token, 0);
        }
    }

    private static void NameAnonymous(Channel channel, QueryLookup lookup, ReadOnlySpan<byte> user)
    {
        if (lookup == QueryLookup.Absent)
        {
            return;
        }

        if (lookup == QueryLookup.Malformed || user.IsEmpty || !Names.IsValid(user, Names.MaxUser))
        {
            channel.Close(CloseCode.Unauthorized, "the user's name is empty, too long or malformed");
            return;
        }

        channel.Authenticate(user.ToArray(), RoomRights.All, null, 0);
    }

    private void Refuse(HttpRefusal refusal)
    {
        _bucket.Hub.Meter.Refused(refusal.Reason);
        Outbox outbox = _bucket.Loop.Outbox;
        refusal.Response.CopyTo(outbox.Reserve(refusal.Response.Length));
        outbox.Send(_connection, refusal.Response.Length, FrameTraits.Close);
        _connection.Close();
    }

    private void SendAndClose(int status, string phrase, ReadOnlySpan<byte> body, string type = "text/plain", int retryAfter = 0)
    {
        Outbox outbox = _bucket.Loop.Outbox;
        int bytes = HttpResponse.Write(outbox.Reserve(512), status, phrase, type, body, close: true, retryAfter);
        outbox.Send(_connection, bytes, FrameTraits.Close);
        _connection.Close();
    }
}
