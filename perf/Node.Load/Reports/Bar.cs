namespace Node.Load.Reports;

/// <param name="Title">Whose it is.</param>
/// <param name="Value">Its length; not below 0.</param>
/// <param name="Label">The value as a reader wants it.</param>
/// <param name="Kind">A class of the page's style: <c>own</c>, <c>base</c>, or empty.</param>
internal sealed record Bar(string Title, double Value, string Label, string Kind);
