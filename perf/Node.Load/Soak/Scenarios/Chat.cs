namespace Node.Load.Soak.Scenarios;

/// <summary>Rooms of ten, everybody says something every second or two. Nothing may be lost.</summary>
internal sealed class Chat : SoakScenario
{
    private const int RoomSize = 10;

    public override string Name => "chat";

    public override string What => "rooms of ten; everybody says something every 1 to 2 s; every message reaches every member, in order";

    public override LoadSimulation Load => LoadSimulation.Of(LoadSimulation.Ramp(600, 10), LoadSimulation.Keep(600));

    public override async Task RunAsync(SoakUser me)
    {
        string room = $"chat-{me.Number / RoomSize}";
        await me.ConnectAsync();
        await me.JoinAsync(room);
        while (me.GoesOn)
        {
            await me.PublishAsync(room, 120);
            await me.PauseAsync(1, 2);
        }
    }
}
