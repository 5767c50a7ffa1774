namespace Node.Wire;

/// <summary>How much of a request's head is read before it is refused with 431.</summary>
/// <param name="MaxBytes">Request line and headers with their line ends, in bytes.</param>
/// <param name="MaxHeaders">Header lines.</param>
public readonly record struct HeadLimits(int MaxBytes, int MaxHeaders)
{
    public static HeadLimits Default => new(8 * 1024, 64);
}
