using Node.Transport;

namespace Node.Tests.Transport;

/// <summary>Notes what it hears; tests say what it does.</summary>
internal sealed class RecordingHandler : ConnectionHandler
{
    private readonly TaskCompletionSource<CloseCause> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;

    public delegate int Receive(Span<byte> data);

    public Receive Received { get; set; } = data => data.Length;

    public Action Connected { get; set; } = () => { };

    public Action Deadline { get; set; } = () => { };

    public Action Overflow { get; set; } = () => { };

    public Action Drained { get; set; } = () => { };

    /// <summary>Ends with the cause; fails when a call came after it.</summary>
    public Task<CloseCause> Closed => _closed.Task;

    public CloseCause? Cause { get; private set; }

    /// <summary>What came after the last call that may come, or within another one.</summary>
    public string? Broken { get; private set; }

    public override void OnConnected() => Within(Connected);

    public override int OnReceive(Span<byte> data)
    {
        Enter(nameof(OnReceive));
        try
        {
            return Received(data);
        }
        finally
        {
            _calls--;
        }
    }

    public override void OnDeadline() => Within(Deadline);

    public override void OnOverflow() => Within(Overflow);

    public override void OnDrained() => Within(Drained);

    public override void OnClosed(CloseCause cause)
    {
        if (_calls > 0)
        {
            Broken ??= "closed within another call";
        }

        Cause = cause;
        if (!_closed.TrySetResult(cause))
        {
            Broken ??= "closed twice";
        }
    }

    private void Within(Action action)
    {
        Enter(action.Method.Name);
        try
        {
            action();
        }
        finally
        {
            _calls--;
        }
    }

    private void Enter(string call)
    {
        _calls++;
        if (Closed.IsCompleted)
        {
            Broken ??= $"{call} after closed";
        }
    }
}
