namespace Node.Load.Soak.Scenarios;

/// <summary>
/// A price of each symbol many times a second, to members of which some fall asleep: when they wake, the newest price counts, not those between.
/// The rooms' queue policy is latest_only.
/// </summary>
internal sealed class MarketData : SoakScenario
{
    private const int Symbols = 4;
    private const double TickSeconds = 0.05;

    public override string Name => "market";

    public override string What => "4 symbols of 20 prices/s each, rooms with queue policy latest_only; 1 in 10 members sleeps 8 s of every 10";

    public override LoadSimulation Load => LoadSimulation.Of(LoadSimulation.Ramp(324, 10), LoadSimulation.Keep(324));

    public override async Task RunAsync(SoakUser me)
    {
        string room = $"market-{me.Number % Symbols}";
        bool sleeps = me.Number % 10 == 9;
        await me.ConnectAsync();
        await me.JoinAsync(room, sleeps ? RoomKind.Late : RoomKind.Newest);
        while (me.GoesOn)
        {
            if (me.Number < Symbols)
            {
                await me.BeatAsync(TickSeconds);
                me.Tell(room, 2000);
            }
            else if (sleeps)
            {
                me.StopReading();
                await me.PauseAsync(8, 8);
                me.ReadOn();
                await me.PauseAsync(2, 2);

                // The next one has a new connection: the kernel gives one that has caught up once buffers of megabytes.
                return;
            }
            else
            {
                await me.PauseAsync(5, 10);
            }
        }
    }
}
