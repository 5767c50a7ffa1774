namespace Node.Rpc.Discovery;

/// <summary>What a process has to say of itself, and when that is worth writing. Any thread sets; one task writes.</summary>
internal sealed class MemberDraft(Member first, TimeSpan loadInterval, TimeProvider time)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _news = NewSignal();
    private TaskCompletionSource? _stateWritten;
    private Member _written = first;
    private Member _wanted = first;
    private long _writtenAt;

    public Member Wanted
    {
        get
        {
            lock (_lock)
            {
                return _wanted;
            }
        }
    }

    /// <returns>Done when this state, or a later one, has been written.</returns>
    public Task SetStateAsync(MemberState state)
    {
        lock (_lock)
        {
            _wanted = _wanted with { State = state };
            _stateWritten ??= NewSignal();
            _news.TrySetResult();
            return _stateWritten.Task;
        }
    }

    public void SetLoad(long connections)
    {
        lock (_lock)
        {
            if (connections != _wanted.Connections)
            {
                _wanted = _wanted with { Connections = connections };
                _news.TrySetResult();
            }
        }
    }

    /// <summary>Waits until there is something that is worth writing: a state at once, a load when it has moved enough, and not too often.</summary>
    public async Task<Member> NextAsync(CancellationToken cancel)
    {
        while (true)
        {
            Task change;
            lock (_lock)
            {
                TimeSpan early = loadInterval - time.GetElapsedTime(_writtenAt);
                if (_stateWritten is not null || (HasMoved() && early <= TimeSpan.Zero))
                {
                    return _wanted;
                }

                _news = _news.Task.IsCompleted ? NewSignal() : _news;
                change = HasMoved() ? Task.WhenAny(_news.Task, Task.Delay(early, time, cancel)) : _news.Task;
            }

            await change.WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    /// <summary>This much is in etcd now.</summary>
    public void SetWritten(Member member)
    {
        lock (_lock)
        {
            (_written, _writtenAt) = (member, time.GetTimestamp());
            if (_stateWritten is not null && _wanted.State == member.State)
            {
                _stateWritten.SetResult();
                _stateWritten = null;
            }
        }
    }

    /// <summary>Nothing will be written any more: who waits for that hears of it.</summary>
    public void Abandon()
    {
        lock (_lock)
        {
            _stateWritten ??= NewSignal();
            _stateWritten.TrySetException(new InvalidOperationException("This process is not in the registry any more"));
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // By a tenth of what was written.
    private bool HasMoved() => Math.Abs(_wanted.Connections - _written.Connections) * 10 >= Math.Max(_written.Connections, 1);
}
