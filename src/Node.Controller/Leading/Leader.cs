using Microsoft.Extensions.Logging;
using Node.Controller.Logging;
using Node.Controller.State;
using Node.Controller.Stores;

namespace Node.Controller.Leading;

/// <summary>Takes the seat when it is this controller's turn, and gives it back: one term after another.</summary>
internal sealed class Leader(
    Seat seat, ILeadership leadership, IReadOnlyList<IMembershipStore> stores, TermOptions options, TimeProvider time, ILogger log)
{
    // The registry changes in bursts, and a batch of members is one look.
    private readonly Signal _news = new();

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(string address, CancellationToken cancel)
    {
        leadership.NodesChanged += _news.Set;
        try
        {
            await leadership.RunAsync(address, LeadAsync, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The end that was asked for.
        }
        finally
        {
            leadership.NodesChanged -= _news.Set;
        }
    }

    private async Task LeadAsync(long number, CancellationToken over)
    {
        log.Leads(number);
        await using Term term = await Term.BeginAsync(number, stores, options, time, log, over).ConfigureAwait(false);
        seat.Term = term;
        try
        {
            while (!over.IsCancellationRequested)
            {
                if (leadership.Nodes is { } present)
                {
                    NodeRegistry.Apply(term.State, present, log);
                }

                await _news.WaitAsync(over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            seat.Term = null;
        }
    }
}
