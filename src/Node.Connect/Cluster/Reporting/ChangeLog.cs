using Node.Protocol.Controller;

namespace Node.Connect.Cluster.Reporting;

/// <summary>
/// What the controller has not been told yet, in the order in which it happened. Bounded: beyond the bound all of it is void, and the controller
/// is told by a snapshot. While nobody listens nothing is kept. Any thread.
/// </summary>
internal sealed class ChangeLog(int bound)
{
    private readonly Lock _lock = new();
    private List<NodeChange> _changes = [];
    private TaskCompletionSource? _news;
    private bool _listens;

    /// <summary>More came than the bound: what the controller knows is void.</summary>
    public bool HasOverflown { get; private set; }

    /// <summary>Starts anew, with nothing in it.</summary>
    public void Open()
    {
        lock (_lock)
        {
            (_changes, _listens, HasOverflown) = ([], true, false);
        }
    }

    public void Close()
    {
        lock (_lock)
        {
            (_changes, _listens) = ([], false);
        }
    }

    public void Add(NodeChange change)
    {
        lock (_lock)
        {
            if (!_listens || HasOverflown)
            {
                return;
            }

            if (_changes.Count >= bound)
            {
                (_changes, HasOverflown) = ([], true);
            }
            else
            {
                _changes.Add(change);
            }

            _news?.SetResult();
            _news = null;
        }
    }

    /// <summary>
    /// Done when there is something, or too much. One caller at a time: it is woken by the first change alone, so a node where nothing happens
    /// does nothing, and there may be many on one machine.
    /// </summary>
    public Task NewsAsync()
    {
        lock (_lock)
        {
            return _changes.Count > 0 || HasOverflown
                ? Task.CompletedTask
                : (_news ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Takes all that is there.</summary>
    public IReadOnlyList<NodeChange> Take()
    {
        lock (_lock)
        {
            List<NodeChange> taken = _changes;
            if (taken.Count > 0)
            {
                _changes = [];
            }

            return taken;
        }
    }
}
