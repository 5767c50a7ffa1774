using System.Text;
using System.Text.Json;
using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>
/// A client's message for a handler that waits for something. It owns a copy of what was received. After an await the handler
/// is on the channel's loop again (unless it asked not to be), so it may use the channel and the hub freely.
/// </summary>
public sealed class AsyncRequest
{
    private readonly byte[] _messageId;
    private readonly byte[] _data;
    private readonly ulong _seq;
    private readonly byte[] _room;
    private bool _answered;

    internal AsyncRequest(Channel channel, in ClientMessage message, CancellationToken cancellation)
    {
        Channel = channel;
        Cancellation = cancellation;
        _messageId = message.MessageId.ToArray();
        _room = message.Room.ToArray();
        Target = Encoding.UTF8.GetString(message.User);
        _data = message.Data.ToArray();
        _seq = message.Seq;
    }

    public Channel Channel { get; }

    /// <summary>Requested when the handler takes longer than its time, and the client has been told so.</summary>
    public CancellationToken Cancellation { get; }

    public string MessageId => Encoding.UTF8.GetString(_messageId);

    public string Room => Encoding.UTF8.GetString(_room);

    /// <inheritdoc cref="Request.Target"/>
    public string Target { get; }

    /// <inheritdoc cref="Request.Data"/>
    public ReadOnlyMemory<byte> Data => _data;

    /// <inheritdoc cref="Request.Read{T}"/>
    public T? Read<T>() => JsonSerializer.Deserialize<T>(_data, JsonSerializerOptions.Web);

    /// <summary>Answers with data; only the first answer counts.</summary>
    public void Reply(Payload payload)
    {
        if (TakeAnswer() && _seq > 0)
        {
            Channel.Send(new ClientMessage
            {
                MessageId = _messageId, Seq = _seq, Room = _room, DataKind = payload.Kind, Data = payload.Bytes.Span,
            });
        }
    }

    /// <summary>Answers with an error; only the first answer counts.</summary>
    public void Fail(uint code, string reason)
    {
        if (TakeAnswer())
        {
            Channel.Fail(new ClientMessage { MessageId = _messageId, Seq = _seq, Room = _room }, code, reason);
        }
    }

    internal void Complete()
    {
        if (TakeAnswer() && _seq > 0)
        {
            Channel.Send(new ClientMessage { MessageId = _messageId, Seq = _seq, Room = _room });
        }
    }

    private bool TakeAnswer()
    {
        bool first = !_answered;
        _answered = true;
        return first;
    }
}
