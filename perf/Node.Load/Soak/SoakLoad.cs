using System.Diagnostics;

namespace Node.Load.Soak;

/// <summary>All scenarios at once, on one thread of their own. One caller at a time.</summary>
internal sealed class SoakLoad : IDisposable
{
    private const int TurnMs = 20;
    private const int LookMs = 1000;
    private static readonly TimeSpan s_leaving = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_cutting = TimeSpan.FromSeconds(5);

    private readonly SoakLoop _loop;
    private readonly ScenarioRunner[] _runners;
    private long _turnedAt;
    private long _lookedAt;

    public SoakLoad(SoakTarget target, IEnumerable<SoakScenario> scenarios, double scale)
    {
        _loop = new SoakLoop(target, Turn);
        _runners = [.. scenarios.Select(scenario => new ScenarioRunner(_loop, scenario, scale))];
        _loop.Start();
    }

    /// <summary>Begins, with counts of zero.</summary>
    public Task BeginAsync() => DoAsync(() =>
    {
        _loop.Begin();
        Array.ForEach(_runners, runner => runner.Begin());
    });

    /// <summary>Ends; returns when everybody has gone.</summary>
    public async Task EndAsync()
    {
        await DoAsync(() => Array.ForEach(_runners, runner => runner.End())).ConfigureAwait(false);
        if (!await AreGoneAsync(s_leaving).ConfigureAwait(false))
        {
            await DoAsync(() => Array.ForEach(_runners, runner => runner.Cut())).ConfigureAwait(false);
            await AreGoneAsync(s_cutting).ConfigureAwait(false);
        }
    }

    public Task<ScenarioNow[]> SecondAsync() => AskAsync(() => _runners.Select(runner => runner.Stats.EndSecond(runner.Users)).ToArray());

    public Task<ScenarioPoint[]> PointAsync() => AskAsync(() => _runners.Select(runner => runner.Stats.EndPoint(runner.Users)).ToArray());

    public Task<ScenarioResult[]> ResultAsync() => AskAsync(() => _runners.Select(runner =>
    {
        runner.Stats.EndSecond(0);
        runner.Stats.EndPoint(0);
        return runner.Stats.Result();
    }).ToArray());

    public void Dispose() => _loop.Dispose();

    private async Task<bool> AreGoneAsync(TimeSpan within)
    {
        long from = Stopwatch.GetTimestamp();
        while (await AskAsync(() => _runners.Sum(runner => runner.Users)).ConfigureAwait(false) > 0)
        {
            if (Stopwatch.GetElapsedTime(from) > within)
            {
                return false;
            }

            await Task.Delay(50).ConfigureAwait(false);
        }

        return true;
    }

    private async Task DoAsync(Action act) => _ = await AskAsync(() =>
    {
        act();
        return true;
    }).ConfigureAwait(false);

    /// <exception cref="InvalidOperationException">The load's thread has ended.</exception>
    private async Task<T> AskAsync<T>(Func<T> question)
    {
        try
        {
            return await _loop.AskAsync(question).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new InvalidOperationException($"the load does not answer: {_loop.Fault}");
        }
    }

    private void Turn()
    {
        long now = Stopwatch.GetTimestamp();
        if (Stopwatch.GetElapsedTime(_turnedAt, now).TotalMilliseconds >= TurnMs)
        {
            _turnedAt = now;
            Array.ForEach(_runners, runner => runner.Turn());
        }

        if (Stopwatch.GetElapsedTime(_lookedAt, now).TotalMilliseconds >= LookMs)
        {
            _lookedAt = now;
            Array.ForEach(_runners, runner => runner.Look(now));
        }
    }
}
