namespace Node.Load.Soak.Scenarios;

/// <summary>Users that go from room to room, each room new and soon empty again: what a room leaves behind would pile up.</summary>
internal sealed class RoomChurn : SoakScenario
{
    private const int Rooms = 30;

    private long _next;

    public override string Name => "churn";

    public override string What => "join a new room with a few others, say something, leave; after 30 rooms the connection is a new one, too";

    public override LoadSimulation Load => LoadSimulation.Of(
        LoadSimulation.Ramp(100, 5), LoadSimulation.Keep(100, 40), LoadSimulation.Ramp(30, 5), LoadSimulation.Keep(30, 10));

    public override async Task RunAsync(SoakUser me)
    {
        await me.ConnectAsync();
        for (int i = 0; i < Rooms && me.GoesOn; i++)
        {
            string room = $"churn-{_next++ / 3}";
            await me.JoinAsync(room);
            await me.PublishAsync(room, 120);
            await me.PauseAsync(0.1, 0.3);
            await me.LeaveAsync(room);
        }
    }
}
