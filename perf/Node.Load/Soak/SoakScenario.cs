namespace Node.Load.Soak;

/// <summary>
/// One kind of use: what a user does, and how many of them there are. To write one: derive from this, and name it in <see cref="SoakCatalogue"/>.
/// </summary>
/// <remarks>
/// Everything of all scenarios runs on one thread, so nothing needs a lock and nothing may block. An await comes back to that thread
/// (no ConfigureAwait). A step that fails throws <see cref="SoakFault"/> and is counted; the user is ended, and another one takes its place.
/// </remarks>
internal abstract class SoakScenario
{
    /// <summary>One word; begins the names of its users, and should begin those of its rooms.</summary>
    public abstract string Name { get; }

    /// <summary>One line for readers of the report.</summary>
    public abstract string What { get; }

    /// <summary>How many users there are, or how many come.</summary>
    public abstract LoadSimulation Load { get; }

    /// <summary>Of all steps and deliveries, the share that may fail before the run counts as failed.</summary>
    public virtual double MostFailedShare => 0.0001;

    /// <summary>Milliseconds that the 99th percentile of each step may have.</summary>
    public virtual double MostP99Ms => 500;

    /// <summary>The life of one user. It ends soon after <see cref="SoakUser.GoesOn"/> has become false; its connection is then closed.</summary>
    public abstract Task RunAsync(SoakUser me);
}
