namespace Node.Transport;

/// <summary>The Linux error numbers that the loop tells apart (the same on x86-64 and arm64).</summary>
public static class Errno
{
    public const int Interrupted = 4;
    public const int Again = 11;
    public const int OutOfMemory = 12;
    public const int FileTableFull = 23;
    public const int TooManyFiles = 24;
    public const int BrokenPipe = 32;
    public const int Protocol = 71;
    public const int ConnectionAborted = 103;
    public const int ConnectionReset = 104;
    public const int NoBuffers = 105;
    public const int InProgress = 115;

    /// <summary>The machine is short of something: waiting helps, trying again at once does not.</summary>
    public static bool IsPressure(int errno) => errno is TooManyFiles or FileTableFull or NoBuffers or OutOfMemory;

    /// <summary>
    /// The listener itself is of no more use. Everything that is neither this nor pressure is one peer's bad luck:
    /// accept(2) hands over errors that were already pending on the new socket.
    /// </summary>
    public static bool IsFatalForListener(int errno) => errno is 9 or 22 or 88;
}
