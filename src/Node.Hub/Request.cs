using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>Handles one message of a client, on its loop: it must not wait for anything.</summary>
public delegate void RequestHandler(ref Request request);

/// <summary>
/// A client's message on its way through a handler. It points into the received bytes, so it costs nothing, and is gone when the
/// handler returns.
/// </summary>
public ref struct Request
{
    private readonly ClientMessage _message;

    internal Request(Channel channel, in ClientMessage message)
    {
        Channel = channel;
        _message = message;
    }

    public Channel Channel { get; }

    /// <summary>Whether the handler has answered. If it has not, an empty reply goes out when it returns.</summary>
    public bool IsAnswered { get; private set; }

    public readonly string MessageId => Encoding.UTF8.GetString(_message.MessageId);

    public readonly string Room => Encoding.UTF8.GetString(_message.Room);

    /// <summary>The <c>user</c> field of the message: a target, not the sender, who is the channel's user.</summary>
    public readonly string Target => Encoding.UTF8.GetString(_message.User);

    /// <summary>JSON text, or bytes from a protobuf client.</summary>
    public readonly ReadOnlySpan<byte> Data => _message.Data;

    internal readonly ref readonly ClientMessage Message => ref System.Runtime.CompilerServices.Unsafe.AsRef(in _message);

    /// <summary>Reads the data as JSON. Where <c>null</c> is a good answer too, read a <see cref="JsonElement"/>.</summary>
    /// <exception cref="JsonException">
    /// It is not, or <c>null</c>, or of another shape. Escaping from the handler it becomes error 107.
    /// </exception>
    public readonly T Read<T>()
        where T : notnull => Parse<T>(_message.Data);

    /// <summary>
    /// Answers with data; only the first answer counts. Without a <c>seq</c> the client does not want one, and nothing is sent.
    /// </summary>
    public void Reply(Payload payload) => Answer(payload.Kind, payload.Bytes.Span);

    /// <summary>Answers with the data that came.</summary>
    public void Echo() => Answer(_message.DataKind, _message.Data);

    /// <summary>Answers with an error, which goes out without a <c>seq</c> too; only the first answer counts.</summary>
    public void Fail(uint code, string reason)
    {
        if (!IsAnswered)
        {
            IsAnswered = true;
            Channel.Fail(_message, code, reason);
        }
    }

    /// <summary>
    /// Takes the message along, for an answer that comes later. Whoever takes it must answer it once: until then it counts among the
    /// connection's requests, and nobody looks at the time.
    /// </summary>
    /// <returns>False when too many of the connection's requests wait; it has got error 106 then.</returns>
    public bool TryDetach([NotNullWhen(true)] out AsyncRequest? detached)
    {
        detached = TryBegin() ? AsyncRequest.Detached(Channel, _message) : null;
        return detached is not null;
    }

    internal static T Parse<T>(ReadOnlySpan<byte> data)
        where T : notnull =>
        JsonSerializer.Deserialize<T>(data, JsonSerializerOptions.Web) ?? throw new JsonException("the data is null");

    /// <summary>Counts it among the connection's requests, whose answers come later; or refuses it.</summary>
    internal bool TryBegin()
    {
        if (Channel.RequestsPending >= Channel.Bucket.Options.MaxPendingRequests)
        {
            Fail(ErrorCode.LimitExceeded, "too many requests wait");
            return false;
        }

        Channel.RequestsPending++;
        LeaveOpen();
        return true;
    }

    /// <summary>The answer comes later, from somebody else.</summary>
    internal void LeaveOpen() => IsAnswered = true;

    internal void Answer(DataKind kind, ReadOnlySpan<byte> data)
    {
        bool isFirst = !IsAnswered;
        IsAnswered = true;
        if (isFirst && _message.Seq > 0)
        {
            Channel.Send(new ClientMessage
            {
                MessageId = _message.MessageId, Seq = _message.Seq, Room = _message.Room, DataKind = kind, Data = data,
            });
        }
    }
}
