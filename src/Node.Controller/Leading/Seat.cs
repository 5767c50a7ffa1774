namespace Node.Controller.Leading;

/// <summary>Who leads, as far as this controller knows: itself, with a term, or another one. Any thread.</summary>
internal sealed class Seat(string id)
{
    private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Term? _term;
    private volatile Holder _holder = new("", "");

    /// <summary>Of this controller.</summary>
    public string Id => id;

    /// <summary>Set while this controller leads and has its state.</summary>
    public Term? Term
    {
        get => _term;
        set
        {
            _term = value;
            if (value is not null)
            {
                _taken.TrySetResult();
            }
        }
    }

    /// <summary>Done when this controller has led for the first time.</summary>
    public Task Taken => _taken.Task;

    /// <summary>The leader; empty: nobody, or not known.</summary>
    public string Leader => _holder.Id;

    /// <summary>Where its gRPC is; empty: not known.</summary>
    public string LeaderAddress => _holder.Address;

    public bool IsLeader => _holder.Id == id;

    public void Follow(string leader, string address) => _holder = new Holder(leader, address);

    private sealed record Holder(string Id, string Address);
}
