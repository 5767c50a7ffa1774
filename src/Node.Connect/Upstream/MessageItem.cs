using Google.Protobuf;
using Node.Hub;
using Node.Protocol.Upstream;

namespace Node.Connect.Upstream;

/// <summary>A client's message that no handler of the node takes.</summary>
/// <param name="request">Answered here, once.</param>
/// <param name="hub">Whose.</param>
internal sealed class MessageItem(AsyncRequest request, Hub.Hub hub) : UpstreamItem
{
    public override string Kind => "message";

    public override ulong Connection => request.Channel.Generation;

    public override int Bytes => Overhead + request.Data.Length;

    public override bool WantsAnswer => true;

    public override Item ToItem() => new()
    {
        Number = Number,
        Client = request.Channel.ClientId,
        User = request.Channel.User,
        Message = new Message
        {
            MessageId = request.MessageId,
            Room = request.Room,
            Target = request.Target,

            // Not copied: the request owns it, and lives longer than the call.
            Data = UnsafeByteOperations.UnsafeWrap(request.Data),
        },
    };

    public override void Settle(Answer? answer)
    {
        ReadOnlyMemory<byte> data = answer?.Data.Memory ?? default;
        if (answer?.Error is { } error)
        {
            request.Fail(error.Code, error.Reason);
        }
        else if (data.Length > hub.Options.Queue.MaxBytes)
        {
            request.Fail(ErrorCode.TooLarge, "the answer is larger than what may wait for a connection");
        }
        else
        {
            request.Reply(data.IsEmpty ? default : Payload.Binary(data));
        }
    }

    public override void GiveUp(uint code, string reason) => request.Fail(code, reason);
}
