using Node.Load.Net;
using Node.Load.Run;

namespace Node.Load.Scenarios;

/// <summary>
/// Connections that do nothing but answer pings; with the hub, each is a user in one room, and with <c>--silent</c> one that
/// reads nothing once it is in.
/// </summary>
internal sealed class IdleScenario(LoadOptions options) : Scenario(options)
{
    private readonly HubMember? _hub = options.Hub ? new HubMember(options) : null;

    public override void Connect()
    {
        base.Connect();
        if (Options.Silent)
        {
            Members.ForEach(ClientLoop.Silence);
        }
    }

    public override void OnData(Client client, bool isFinal, ReadOnlySpan<byte> payload)
    {
        if (_hub is not null && HubMember.IsJoinReply(payload))
        {
            base.OnReady(client);
        }
    }

    protected override string TargetOf(int number) => _hub?.TargetOf(number) ?? base.TargetOf(number);

    protected override void OnReady(Client client)
    {
        if (_hub is null)
        {
            base.OnReady(client);
        }
        else
        {
            _hub.Join(Loop, client);
        }
    }
}
