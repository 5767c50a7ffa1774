namespace Node.Load.Soak;

/// <summary>How a scenario's load goes over time: stages, one after the other, again and again until the run ends.</summary>
/// <remarks>
/// Closed: so many users at a time, and who leaves early is replaced (<see cref="Ramp"/>, <see cref="Keep"/>). Open: so many users come a second,
/// however many are still there (<see cref="RampInject"/>, <see cref="Inject"/>): a server that falls behind gets no relief.
/// </remarks>
internal sealed class LoadSimulation
{
    private readonly Stage[] _stages;
    private readonly double _cycleSeconds;
    private readonly double _cycleInjected;
    private readonly double _scale;

    private LoadSimulation(Stage[] stages, double scale)
    {
        (_stages, _scale) = (stages, scale);
        _cycleSeconds = stages.Sum(stage => stage.Seconds);
        for (int i = 0; i < stages.Length; i++)
        {
            _cycleInjected += double.IsInfinity(stages[i].Seconds) ? 0 : InjectedWithin(i, stages[i].Seconds);
        }
    }

    /// <summary>Users that should be there, and users that should have come since the beginning.</summary>
    internal readonly record struct Point(int Users, double Injected);

    /// <param name="IsOpen">What <paramref name="Level"/> counts: users that come a second, else users at a time.</param>
    /// <param name="Level">At the stage's end.</param>
    /// <param name="IsRamp">It is reached in a straight line from the level of the stage before; else it holds at once.</param>
    /// <param name="Seconds">How long.</param>
    internal readonly record struct Stage(bool IsOpen, double Level, bool IsRamp, double Seconds);

    /// <exception cref="ArgumentException">There is no stage, or a stage follows one that lasts for ever.</exception>
    public static LoadSimulation Of(params Stage[] stages) =>
        stages.Length > 0 && stages.SkipLast(1).All(stage => double.IsFinite(stage.Seconds)) && stages.All(stage => stage.Seconds > 0 && stage.Level >= 0)
            ? new LoadSimulation(stages, 1)
            : throw new ArgumentException("A load simulation: stages of some length, and only the last may last for ever.");

    /// <summary>Grows or shrinks to so many users at a time.</summary>
    public static Stage Ramp(int users, double seconds) => new(false, users, true, seconds);

    /// <summary>Keeps so many users, for a time or until the run ends.</summary>
    public static Stage Keep(int users, double seconds = double.PositiveInfinity) => new(false, users, false, seconds);

    /// <summary>Lets users come ever faster or slower, until so many come a second.</summary>
    public static Stage RampInject(double perSecond, double seconds) => new(true, perSecond, true, seconds);

    /// <summary>Lets so many users come a second, for a time or until the run ends.</summary>
    public static Stage Inject(double perSecond, double seconds = double.PositiveInfinity) => new(true, perSecond, false, seconds);

    /// <summary>The same with so many times the users and the rates.</summary>
    public LoadSimulation Scaled(double factor) => new(_stages, _scale * factor);

    /// <param name="seconds">Since the beginning.</param>
    public Point At(double seconds)
    {
        double cycles = double.IsInfinity(_cycleSeconds) ? 0 : Math.Floor(seconds / _cycleSeconds);
        double left = cycles > 0 ? seconds - (cycles * _cycleSeconds) : seconds;
        double injected = cycles * _cycleInjected;
        int at = 0;
        while (at < _stages.Length - 1 && left >= _stages[at].Seconds)
        {
            injected += InjectedWithin(at, _stages[at].Seconds);
            left -= _stages[at++].Seconds;
        }

        injected += InjectedWithin(at, left);
        double users = _stages[at].IsOpen ? 0 : LevelWithin(at, left);
        return new Point((int)Math.Ceiling((users * _scale) - 1e-9), injected * _scale);
    }

    // A ramp begins where the stage before it ended; the first one, and one after the other model, at nothing.
    private double LevelBefore(int stage) => stage > 0 && _stages[stage - 1].IsOpen == _stages[stage].IsOpen ? _stages[stage - 1].Level : 0;

    private double LevelWithin(int stage, double seconds)
    {
        (double from, Stage now) = (LevelBefore(stage), _stages[stage]);
        return now.IsRamp ? from + ((now.Level - from) * Math.Min(1, seconds / now.Seconds)) : now.Level;
    }

    private double InjectedWithin(int stage, double seconds)
    {
        Stage now = _stages[stage];
        double mean = now.IsRamp ? (LevelBefore(stage) + LevelWithin(stage, seconds)) / 2 : now.Level;
        return now.IsOpen ? mean * seconds : 0;
    }
}
