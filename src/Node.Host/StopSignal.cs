using System.Runtime.InteropServices;

namespace Node.Host;

/// <summary>Hears that the process is told to stop (SIGINT, SIGTERM), and keeps it running until its owner has stopped.</summary>
public sealed class StopSignal : IDisposable
{
    private readonly TaskCompletionSource<string> _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    public StopSignal()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    }

    /// <summary>Completes with the signal's name.</summary>
    public Task<string> Told => _told.Task;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
    }

    private void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        _told.TrySetResult(signal.Signal.ToString());
    }
}
