using System.Threading.Channels;

namespace Node.Controller.State;

/// <summary>Wakes one waiter, now or when it next waits; any number of calls until then are one. Any thread.</summary>
internal sealed class Signal
{
    private readonly Channel<bool> _set = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Set() => _set.Writer.TryWrite(true);

    public async Task WaitAsync(CancellationToken cancel) => await _set.Reader.ReadAsync(cancel).ConfigureAwait(false);
}
