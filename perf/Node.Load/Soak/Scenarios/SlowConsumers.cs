namespace Node.Load.Soak.Scenarios;

/// <summary>
/// Rooms with much to read, in which some do not keep up. With the policy drop_oldest they miss messages, with close they are closed with 3008
/// and come back; who does keep up notices nothing.
/// </summary>
internal sealed class SlowConsumers : SoakScenario
{
    private const int SlowConsumer = 3008;

    public override string Name => "slow";

    public override string What => "1 in 4 does not read for 6 s of every 8: drop_oldest in one room, close (3008) in the other; who reads misses nothing";

    public override double MostP99Ms => 1000;

    public override LoadSimulation Load => LoadSimulation.Of(LoadSimulation.Ramp(48, 5), LoadSimulation.Keep(48));

    public override async Task RunAsync(SoakUser me)
    {
        string room = me.Number % 2 == 0 ? "slow-drop" : "slow-close";
        bool sleeps = me.Number % 8 >= 6;
        me.MayBeClosed = sleeps && room == "slow-close";
        await me.ConnectAsync();
        await me.JoinAsync(room, sleeps ? RoomKind.Late : RoomKind.Complete);
        while (me.GoesOn && me.IsConnected)
        {
            if (me.Number < 2)
            {
                await me.BeatAsync(0.04);
                me.Tell(room, 6000);
            }
            else if (sleeps)
            {
                me.StopReading();
                await me.PauseAsync(6, 6);
                me.ReadOn();
                await me.PauseAsync(2, 2);

                // The next one has a new connection: the kernel gives one that has caught up once buffers of megabytes.
                break;
            }
            else
            {
                await me.PauseAsync(2, 4);
            }
        }

        me.Require(me.IsConnected || me.CloseCode is SlowConsumer or 0, $"closed with {me.CloseCode}, not as a slow consumer");
    }
}
