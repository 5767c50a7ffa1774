using System.Text;
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
    private bool _isDetached;
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
    public T Read<T>()
        where T : notnull => Request.Parse<T>(_data);

    /// <summary>Answers with data, or with none (<c>default</c>); only the first answer counts. Any thread.</summary>
    public void Reply(Payload payload) => Answer(payload.Kind, payload.Bytes.Span);

    /// <summary>Answers with an error; only the first answer counts. Any thread.</summary>
    public void Fail(uint code, string reason)
    {
        if (TakeAnswer())
        {
            Channel.Bucket.Loop.RunOrPost(
                static state => { var (request, error, why) = ((AsyncRequest, uint, string))state!; request.SendError(error, why); },
                (this, code, reason));
        }
    }

    /// <summary>One that no handler runs for: it counts among the channel's requests until it is answered.</summary>
    internal static AsyncRequest Detached(Channel channel, in ClientMessage message) =>
        new(channel, message, CancellationToken.None) { _isDetached = true };

    internal void Complete() => Answer(DataKind.None, []);

    private void Answer(DataKind kind, ReadOnlySpan<byte> data)
    {
        if (TakeAnswer() && _seq > 0)
        {
            // By post: a handler that went on elsewhere (ConfigureAwait(false)) is not on the channel's loop.
            Channel.Bucket.Post(
                static (_, answer) => answer.Origin!.Send(new ClientMessage
                {
                    MessageId = answer.Route, Seq = answer.Seq, Room = answer.Name, DataKind = answer.Kind, Data = answer.Data,
                }),
                Envelope.Of(null, _messageId, _room, [], kind, data, Channel, _seq));
        }
    }

    private void SendError(uint code, string reason) =>
        Channel.Fail(new ClientMessage { MessageId = _messageId, Seq = _seq, Room = _room }, code, reason);

    private bool TakeAnswer()
    {
        bool isFirst = !Interlocked.Exchange(ref _answered, true);
        if (isFirst && _isDetached)
        {
            Channel.Bucket.Loop.RunOrPost(static channel => ((Channel)channel!).RequestsPending--, Channel);
        }

        return isFirst;
    }
}
