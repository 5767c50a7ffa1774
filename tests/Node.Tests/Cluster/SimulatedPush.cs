using Node.Protocol.Connect;
using StatusCode = Grpc.Core.StatusCode;

namespace Node.Tests.Cluster;

/// <summary>A message and what its sender was told of it.</summary>
internal sealed class SimulatedPush(string text, int room, long at, SimulatedNode? from, MessageId? id)
{
    public string Text { get; } = text;

    public int Room { get; } = room;

    public long At { get; } = at;

    /// <summary>The node that published it; null for an application's push.</summary>
    public SimulatedNode? From { get; } = from;

    public MessageId? Id { get; } = id;

    public long NextAttempt { get; set; }

    public bool IsDone { get; private set; }

    public StatusCode Code { get; private set; }

    public ulong Offset { get; private set; }

    public ulong Connections { get; private set; }

    public void Answer(StatusCode code, ulong offset, ulong connections)
    {
        if (From is not null)
        {
            Assert.False(IsDone, $"{Text} was answered twice");
        }

        (IsDone, Code, Offset, Connections) = (true, code, offset, connections);
    }
}
