using System.Diagnostics;

namespace Node.Load.Soak;

/// <summary>Plays a scenario's load simulation: lets users come and go. Load thread only.</summary>
internal sealed class ScenarioRunner(SoakLoop loop, SoakScenario scenario, double scale)
{
    private const double PauseAfterFaultSeconds = 1;

    private readonly LoadSimulation _load = scenario.Load.Scaled(scale);
    private readonly Dictionary<int, SoakUser> _users = [];
    private readonly SortedSet<int> _free = [];
    private int _numbers;
    private long _injected;
    private long _startedAt;
    private bool _isGoing;

    public SoakScenario Scenario { get; } = scenario;

    public ScenarioStats Stats { get; } = new(scenario.Name);

    /// <summary>Users that have begun and not ended.</summary>
    public int Users => _users.Count;

    /// <summary>The load begins, from its first stage on.</summary>
    public void Begin()
    {
        (_startedAt, _injected, _isGoing) = (Stopwatch.GetTimestamp(), 0, true);
        Stats.Clear();
    }

    /// <summary>Nobody comes any more, and who is there is told to leave.</summary>
    public void End()
    {
        _isGoing = false;
        foreach (SoakUser user in _users.Values)
        {
            user.Leave();
        }
    }

    /// <summary>Whoever is still there has not left in time: loses its connection.</summary>
    public void Cut()
    {
        foreach (SoakUser user in _users.Values.ToArray())
        {
            Stats.Fail("end", "did not leave in time");
            user.Cut();
        }
    }

    /// <summary>Called many times a second.</summary>
    public void Turn()
    {
        if (!_isGoing)
        {
            return;
        }

        LoadSimulation.Point wanted = _load.At(Stopwatch.GetElapsedTime(_startedAt).TotalSeconds);
        for (; _injected < (long)wanted.Injected; _injected++)
        {
            Add(_numbers++, isKept: false);
        }

        Keep(wanted.Users);
    }

    /// <summary>Called now and then: has each user see whether it waits for too long.</summary>
    public void Look(long now)
    {
        foreach (SoakUser user in _users.Values)
        {
            user.Look(now);
        }
    }

    private void Keep(int users)
    {
        int there = _users.Values.Count(user => user is { IsKept: true, GoesOn: true });
        for (; there < users; there++)
        {
            int number = _free.Count > 0 ? _free.Min : _numbers++;
            _free.Remove(number);
            Add(number, isKept: true);
        }

        if (there > users)
        {
            foreach (SoakUser user in _users.Values.Where(user => user is { IsKept: true, GoesOn: true })
                .OrderByDescending(user => user.Number).Take(there - users).ToArray())
            {
                user.Leave();
            }
        }
    }

    private void Add(int number, bool isKept)
    {
        var user = new SoakUser(loop, Stats, number) { IsKept = isKept };
        _users[number] = user;
        _ = LiveAsync(user);
    }

    private async Task LiveAsync(SoakUser user)
    {
        // Not within the turn that has made it.
        await Task.Yield();
        try
        {
            await Scenario.RunAsync(user);
            await user.GoodbyeAsync();
        }
        catch (SoakFault)
        {
            // It is counted where it happened. Who comes for this user comes a moment later.
            user.Abort();
            await PauseAsync(user);
        }
        catch (Exception fault)
        {
            Stats.Fail("scenario", $"{fault.GetType().Name}: {fault.Message}");
            user.Abort();
            await PauseAsync(user);
        }

        user.Abort();
        _users.Remove(user.Number);
        if (user.IsKept)
        {
            _free.Add(user.Number);
        }
    }

    private static async Task PauseAsync(SoakUser user)
    {
        try
        {
            await user.PauseAsync(PauseAfterFaultSeconds, PauseAfterFaultSeconds);
        }
        catch (SoakFault)
        {
            // It has lost its connection, as it was to.
        }
    }
}
