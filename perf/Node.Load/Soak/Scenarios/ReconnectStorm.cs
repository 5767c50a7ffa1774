namespace Node.Load.Soak.Scenarios;

/// <summary>
/// Three of four users lose their connection all at once, every ten seconds, and come back within two; the fourth stays and goes on talking.
/// Who comes back gets what was said meanwhile.
/// </summary>
internal sealed class ReconnectStorm : SoakScenario
{
    private const int RoomSize = 8;
    private const double BeatSeconds = 10;

    public override string Name => "storm";

    public override string What => "every 10 s 3 of 4 users lose their connection at once, come back within 2 s and recover what they missed";

    public override double MostP99Ms => 3000;

    public override LoadSimulation Load => LoadSimulation.Of(LoadSimulation.Ramp(480, 5), LoadSimulation.Keep(480));

    public override async Task RunAsync(SoakUser me)
    {
        string room = $"storm-{me.Number / RoomSize}";
        bool stays = me.Number % 4 == 0;
        await me.ConnectAsync();
        await me.JoinAsync(room);
        while (me.GoesOn && stays)
        {
            await me.PublishAsync(room, 120);
            await me.PauseAsync(0.8, 1.2);
        }

        while (me.GoesOn)
        {
            await me.BeatAsync(BeatSeconds);
            if (me.GoesOn)
            {
                me.Abort();
                await me.PauseAsync(0.1, 2);
                await me.ConnectAsync();
                bool isRecovered = await me.JoinAsync(room);
                me.Require(isRecovered || !me.GoesOn, "what was missed is not there any more");
            }
        }
    }
}
