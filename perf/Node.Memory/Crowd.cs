using Node.Controller.State;

namespace Node.Memory;

/// <summary>Connections of as many users, each in some rooms, as one node reports them.</summary>
internal sealed record Crowd(int Connections, int Rooms, int RoomsEach)
{
    private const int BatchConnections = 1000;

    public void Join(ControllerState state)
    {
        ulong batch = 0;
        for (int from = 0; from < Connections; from += BatchConnections)
        {
            List<Change> changes = [];
            for (int i = from; i < Math.Min(from + BatchConnections, Connections); i++)
            {
                changes.Add(new Change(ChangeKind.Connected, (ulong)i + 1, 1, $"user-{i:D8}", i));
                for (int room = 0; room < RoomsEach; room++)
                {
                    changes.Add(new Change(ChangeKind.Joined, (ulong)i + 1, 2, $"room-{((long)i * RoomsEach + room) % Rooms:D6}", i));
                }
            }

            batch++;
            ReportOutcome outcome = state.Take(new Report(1, "node-1", 1, batch, batch == 1, from + BatchConnections >= Connections, changes));
            if (outcome != ReportOutcome.Taken)
            {
                throw new InvalidOperationException($"batch {batch}: {outcome}");
            }
        }
    }
}
