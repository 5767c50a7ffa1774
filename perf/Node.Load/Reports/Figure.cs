namespace Node.Load.Reports;

/// <summary>One thing that a run has found out.</summary>
/// <param name="Phase">Where.</param>
/// <param name="Name">What.</param>
/// <param name="Value">How much.</param>
/// <param name="Unit">Of what.</param>
/// <param name="Goal">What was asked for; empty: nothing.</param>
/// <param name="IsMet">Whether it is so; true where nothing was asked for.</param>
/// <param name="IsRequired">Whether the run has failed where it is not: what is lost is a fault, what is slow may be the machine's.</param>
internal sealed record Figure(string Phase, string Name, double Value, string Unit, string Goal, bool IsMet, bool IsRequired);
