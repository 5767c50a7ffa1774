using Node.Load.Net;
using Node.Load.Run;

namespace Node.Load.Scenarios;

/// <summary>
/// Connections that do nothing but answer pings; with a protocol that has rooms, each is in one, and with <c>--silent</c> one that
/// reads nothing once it is there.
/// </summary>
internal sealed class IdleScenario(LoadOptions options) : Scenario(options)
{
    public override void Connect()
    {
        base.Connect();
        if (Options.Silent)
        {
            // With as little room in the kernel as there can be: they never read again.
            Members.ForEach(member => ClientSocket.NarrowReceiveBuffer(member.Descriptor));
            Members.ForEach(ClientLoop.Silence);
        }
    }
}
