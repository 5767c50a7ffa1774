using Node.Protocol.Connect;

namespace Node.Tests.Cluster;

/// <summary>One membership: what came from its link on.</summary>
internal sealed class SimulatedMember(int room, long since)
{
    private readonly List<(string Epoch, ulong Offset, string Text)> _heard = [];

    public int Room { get; } = room;

    public long Since { get; } = since;

    public bool IsLinked => Epoch.Length > 0;

    public bool IsOver { get; set; }

    public string Epoch { get; private set; } = "";

    /// <summary>Where it began.</summary>
    public ulong Start { get; private set; }

    public IReadOnlyList<(string Epoch, ulong Offset, string Text)> Heard => _heard;

    /// <summary>Lives of the room that it went through.</summary>
    public int Epochs { get; private set; }

    /// <summary>When its join was answered.</summary>
    public long LinkedAt { get; private set; }

    public void Linked(string epoch, ulong offset, long now)
    {
        if (epoch == Epoch)
        {
            return;
        }

        LinkedAt = Epochs == 0 ? now : LinkedAt;
        Epochs++;
        (Epoch, Start) = (epoch, offset);
    }

    public void Take(Delivery delivery) =>
        _heard.Add((delivery.Epoch.ToStringUtf8(), delivery.Offset, delivery.Payload.Data.ToStringUtf8()));
}
