namespace Node.Turns;

internal static class Median
{
    /// <summary>Of an even number of values the mean of the two in the middle. Of none it throws.</summary>
    public static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
