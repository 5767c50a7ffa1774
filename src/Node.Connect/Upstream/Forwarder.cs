using Microsoft.Extensions.Logging;
using Node.Connect.Logging;
using Node.Connect.Settings;
using Node.Hub;
using Node.Protocol.Upstream;

namespace Node.Connect.Upstream;

/// <summary>
/// Hands what the hub does not handle itself, and what happens to its connections, to the application (<c>protocol/upstream.md</c>). It listens on
/// the loops, and does no more there than to queue.
/// </summary>
internal sealed class Forwarder : IAsyncDisposable
{
    private readonly Hub.Hub _hub;
    private readonly UpstreamLanes _lanes;

    private Forwarder(Hub.Hub hub, UpstreamLanes lanes)
    {
        (_hub, _lanes) = (hub, lanes);
        hub.MapOthers(Forward);
        hub.Authenticated += happened => Tell(happened, Event.Types.Kind.Connected);
        hub.Joined += happened => Tell(happened, Event.Types.Kind.Joined);
        hub.Left += happened => Tell(happened, Event.Types.Kind.Left);
        hub.Disconnected += happened => Tell(happened, Event.Types.Kind.Disconnected);
    }

    /// <summary>Why the application does not answer; null: it does, or was not asked yet.</summary>
    public string? Problem => _lanes.Problem;

    /// <summary>Before the hub starts.</summary>
    /// <returns>Null where the settings name no application.</returns>
    public static Forwarder? Join(Hub.Hub hub, UpstreamSection settings, ILogger log)
    {
        if (UpstreamAddress.Parse(settings.Url) is not { } address)
        {
            return null;
        }

        log.UpstreamNamed(settings.Url, string.Join(", ", settings.Events));
        return Join(hub, settings, address.IsGrpc ? new GrpcUpstream(address.Uri) : new HttpUpstream(address.Uri), TimeProvider.System, log);
    }

    /// <inheritdoc cref="Join(Hub.Hub, UpstreamSection, ILogger)"/>
    public static Forwarder Join(Hub.Hub hub, UpstreamSection settings, IUpstreamCall call, TimeProvider time, ILogger log) =>
        new(hub, new UpstreamLanes(settings, call, hub.Options.NodeId, time, log));

    /// <summary>Takes new settings; the address and the lanes stay as they are.</summary>
    public void Apply(UpstreamSection settings) => _lanes.Apply(settings);

    /// <summary>Sends what waits, as far as it is answered within one call's time. Before the loops end: answers need them.</summary>
    public ValueTask DisposeAsync() => _lanes.DisposeAsync();

    private void Forward(ref Request request)
    {
        if (request.TryDetach(out AsyncRequest? detached))
        {
            _lanes.Add(new MessageItem(detached, _hub));
        }
    }

    private void Tell(in HubEvent happened, Event.Types.Kind kind)
    {
        // Strangers cannot make the application work: who was never named is not told of.
        if (happened.Channel.IsNamed && _lanes.Settings.Events.Contains(UpstreamEvents.NameOf(kind)))
        {
            _lanes.Add(new EventItem(happened, kind));
        }
    }
}
