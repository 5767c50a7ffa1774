using Node.Hub;
using Node.Protocol.Upstream;

namespace Node.Connect.Upstream;

/// <summary>Something that happened to a connection whose user is known.</summary>
internal sealed class EventItem(in HubEvent happened, Event.Types.Kind kind) : UpstreamItem
{
    private readonly HubEvent _happened = happened;

    public override string Kind => "event";

    public override ulong Connection => _happened.Channel.Generation;

    public override int Bytes => Overhead + (2 * (_happened.Room?.Length ?? 0));

    public override bool WantsAnswer => false;

    public override Item ToItem() => new()
    {
        Number = Number,
        Client = _happened.Channel.ClientId,
        User = _happened.User,
        Event = new Event { Kind = kind, Room = _happened.Room ?? "", Generation = _happened.Generation },
    };

    public override void Settle(Answer? answer)
    {
        // Nobody waits to hear of it.
    }

    public override void GiveUp(uint code, string reason)
    {
        // It is counted, as all that is given up.
    }
}
