namespace Node.Load.Soak.Scenarios;

/// <summary>Users that come at a rate, whoever is still there; the application pushes to each of them by gRPC.</summary>
internal sealed class Notifications : SoakScenario
{
    private const int Pushes = 4;

    public override string Name => "notify";

    public override string What => "25 users come a second, each is pushed 4 notifications by gRPC within 10 s and leaves";

    public override LoadSimulation Load => LoadSimulation.Of(LoadSimulation.RampInject(25, 10), LoadSimulation.Inject(25));

    public override async Task RunAsync(SoakUser me)
    {
        await me.ConnectAsync();
        for (int i = 0; i < Pushes && me.GoesOn; i++)
        {
            await me.NotifyAsync(200);
            await me.PauseAsync(1.5, 3.5);
        }
    }
}
