namespace Node.Hub;

/// <summary>
/// Adds up on how many connections of several loops something was done: complete when everybody who was expected has said so. Any
/// thread.
/// </summary>
internal sealed class Tally(int expected) : TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private int _sum;
    private int _expected = expected;

    /// <summary>Waits for so many more. By one of those who are expected, before it says its own.</summary>
    public void Expect(int more) => Interlocked.Add(ref _expected, more);

    public void Add(int connections)
    {
        Interlocked.Add(ref _sum, connections);
        if (Interlocked.Decrement(ref _expected) == 0)
        {
            SetResult(_sum);
        }
    }
}
