using System.Threading.Channels;
using Node.Connect.Settings;
using Node.Protocol.Upstream;

namespace Node.Connect.Upstream;

/// <summary>
/// One call at a time: gathers a batch, sends it until it is answered or nothing of it may wait longer, and settles its items. <see cref="TryAdd"/>
/// and <see cref="Complete"/> are for any thread, the rest is one task.
/// </summary>
internal sealed class UpstreamLane(UpstreamLanes lanes)
{
    /// <summary>Of data in one batch, unless a single message is larger: gRPC servers take 4 MiB.</summary>
    private const int MaxBatchBytes = 1024 * 1024;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    // Not the kind for a single reader: that one cannot tell how many wait.
    private readonly Channel<UpstreamItem> _waiting = Channel.CreateUnbounded<UpstreamItem>();
    private readonly List<UpstreamItem> _batch = [];

    /// <returns>False after <see cref="Complete"/>.</returns>
    public bool TryAdd(UpstreamItem item) => _waiting.Writer.TryWrite(item);

    /// <summary>Nothing more comes.</summary>
    public void Complete() => _waiting.Writer.Complete();

    /// <summary>Until everything is settled after <see cref="Complete"/>, or it is cancelled: then the rest is given up.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(stop).ConfigureAwait(false))
            {
                await GatherAsync(stop).ConfigureAwait(false);
                await DeliverAsync(stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            AbandonBatch(UpstreamOutcome.Stopped);
            while (_waiting.Reader.TryRead(out UpstreamItem? item))
            {
                lanes.Abandon(item, UpstreamOutcome.Stopped);
            }
        }
    }

    private async Task GatherAsync(CancellationToken stop)
    {
        UpstreamSection settings = lanes.Settings;
        if (settings.Gather > TimeSpan.Zero && _waiting.Reader.Count < settings.Batch)
        {
            await Task.Delay(settings.Gather, lanes.Time, stop).ConfigureAwait(false);
        }

        int bytes = 0;
        while (_batch.Count < settings.Batch && _waiting.Reader.TryPeek(out UpstreamItem? next)
            && (_batch.Count == 0 || bytes + next.Bytes <= MaxBatchBytes))
        {
            _waiting.Reader.TryRead(out _);
            _batch.Add(next);
            bytes += next.Bytes;
        }
    }

    private async Task DeliverAsync(CancellationToken stop)
    {
        TimeSpan pause = FirstPause;
        UpstreamOutcome last = UpstreamOutcome.Away;
        while (AbandonOverdue(last) > 0)
        {
            long started = lanes.Time.GetTimestamp();
            try
            {
                Settle(await AskAsync(stop).ConfigureAwait(false), started);
                return;
            }
            catch (UpstreamException failure)
            {
                lanes.Failed(started, failure);
                last = failure.Outcome;
                if (!failure.MayPass)
                {
                    AbandonBatch(last);
                    return;
                }
            }

            await Task.Delay(pause * (0.5 + (Random.Shared.NextDouble() / 2)), lanes.Time, stop).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task<BatchAnswer> AskAsync(CancellationToken stop)
    {
        UpstreamSection settings = lanes.Settings;
        Batch batch = new() { Node = lanes.Node, Incarnation = lanes.Incarnation };
        batch.Items.AddRange(_batch.Select(item => item.ToItem()));
        using CancellationTokenSource late = new(settings.Timeout, lanes.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        try
        {
            return await lanes.Call.AskAsync(batch, settings.Token, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw new UpstreamException(UpstreamOutcome.TimedOut, $"no answer within {settings.Timeout.TotalMilliseconds} ms");
        }
        catch (Exception error) when (error is not (UpstreamException or OperationCanceledException))
        {
            // Our own bug: it costs this batch, and not the lane.
            throw new UpstreamException(UpstreamOutcome.Refused, error.ToString());
        }
    }

    /// <exception cref="UpstreamException">The answer is none to this batch; nothing is settled.</exception>
    private void Settle(BatchAnswer said, long started)
    {
        HashSet<ulong> asked = [.. _batch.Where(item => item.WantsAnswer).Select(item => item.Number)];
        foreach (Answer answer in said.Answers)
        {
            if (!asked.Remove(answer.Number))
            {
                throw new UpstreamException(UpstreamOutcome.Malformed, $"{answer.Number} is no message of the batch, or was answered twice");
            }

            if (answer.Error is { Code: 0 })
            {
                throw new UpstreamException(UpstreamOutcome.Malformed, $"the error of {answer.Number} has no code");
            }
        }

        // Before the items: who has its answer finds the application well.
        lanes.Answered(started);
        Dictionary<ulong, Answer> answers = said.Answers.ToDictionary(answer => answer.Number);
        foreach (UpstreamItem item in _batch)
        {
            item.Settle(answers.GetValueOrDefault(item.Number));
            lanes.Settled(item);
        }

        _batch.Clear();
    }

    /// <summary>Gives up what has waited too long.</summary>
    /// <returns>How many are left.</returns>
    private int AbandonOverdue(UpstreamOutcome why)
    {
        _batch.RemoveAll(item =>
        {
            bool overdue = lanes.Time.GetElapsedTime(item.Since) >= lanes.Settings.GiveUpAfter;
            if (overdue)
            {
                lanes.Abandon(item, why);
            }

            return overdue;
        });
        return _batch.Count;
    }

    private void AbandonBatch(UpstreamOutcome why)
    {
        _batch.ForEach(item => lanes.Abandon(item, why));
        _batch.Clear();
    }
}
