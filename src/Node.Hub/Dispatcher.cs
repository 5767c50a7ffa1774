using System.Text;
using System.Text.Json;
using Node.Wire;
using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>
/// Finds a message's route and runs it. The routes are fixed once the hub has started, so looking one up takes no lock. What a
/// handler of the application does wrong costs its message an error reply and nothing else.
/// </summary>
internal sealed class Dispatcher
{
    private readonly Dictionary<byte[], RequestHandler> _routes = new(Utf8Comparer.Instance);
    private readonly Dictionary<byte[], RequestHandler>.AlternateLookup<ReadOnlySpan<byte>> _byName;
    private readonly Action<Exception, string> _fault;
    private bool _frozen;

    /// <param name="fault">Hears of what escaped from a handler, and from which.</param>
    public Dispatcher(Action<Exception, string> fault)
    {
        _fault = fault;
        _byName = _routes.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <exception cref="ArgumentException">The name is empty, too long, or taken.</exception>
    /// <exception cref="InvalidOperationException">The hub runs already.</exception>
    public void Map(string messageId, RequestHandler handler)
    {
        byte[] name = Encoding.UTF8.GetBytes(messageId);
        if (name.Length == 0 || !Names.IsValid(name, Names.MaxMessageId))
        {
            throw new ArgumentException($"not a message_id: '{messageId}'", nameof(messageId));
        }

        if (_frozen)
        {
            throw new InvalidOperationException("map handlers before the node starts");
        }

        if (!_routes.TryAdd(name, handler))
        {
            throw new ArgumentException($"'{messageId}' has a handler already", nameof(messageId));
        }
    }

    public void MapAsync(string messageId, Func<AsyncRequest, Task> handler) =>
        Map(messageId, (ref Request request) => Start(ref request, handler));

    public void Freeze() => _frozen = true;

    /// <summary>For the application's code that runs outside of handlers.</summary>
    public void ReportFault(Exception exception, string where) => _fault(exception, where);

    public void Dispatch(Channel channel, ref ClientMessage message)
    {
        if (!channel.IsNamed && !message.MessageId.SequenceEqual(Routes.Connect))
        {
            channel.Close(CloseCode.BadMessage, "connect was not first");
            return;
        }

        var request = new Request(channel, message);
        if (!_byName.TryGetValue(message.MessageId, out RequestHandler? handler))
        {
            request.Fail(ErrorCode.UnknownRoute, "unknown message_id");
            return;
        }

        try
        {
            handler(ref request);
            if (!request.IsAnswered)
            {
                request.Answer(DataKind.None, []);
            }
        }
        catch (JsonException)
        {
            request.Fail(ErrorCode.BadRequest, "data has the wrong shape");
        }
        catch (Exception exception)
        {
            channel.Bucket.Counters.HandlerFaults++;
            _fault(exception, request.MessageId);
            request.Fail(ErrorCode.Internal, "internal error");
        }
    }

    private void Start(ref Request request, Func<AsyncRequest, Task> handler)
    {
        Channel channel = request.Channel;
        if (channel.RequestsPending >= channel.Bucket.Options.MaxPendingRequests)
        {
            request.Fail(ErrorCode.LimitExceeded, "too many requests wait");
            return;
        }

        channel.RequestsPending++;
        var cancellation = new CancellationTokenSource();
        var started = new AsyncRequest(channel, request.Message, cancellation.Token);
        request.LeaveOpen();
        // Not awaited: it answers by itself, and reports what escapes.
        _ = RunAsync(started, handler, cancellation);
    }

    private async Task RunAsync(AsyncRequest request, Func<AsyncRequest, Task> handler, CancellationTokenSource cancellation)
    {
        Channel channel = request.Channel;
        try
        {
            Task work = handler(request);
            if (!await EndsInTimeAsync(work, channel.Bucket))
            {
                request.Fail(ErrorCode.Timeout, "the handler took too long");
                await cancellation.CancelAsync();
            }

            // A late one is waited for too: until it ends it counts among the connection's requests, and what it throws is told.
            await work;
            request.Complete();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // It did as it was asked to; the client has its answer.
        }
        catch (JsonException)
        {
            request.Fail(ErrorCode.BadRequest, "data has the wrong shape");
        }
        catch (Exception exception)
        {
            channel.Bucket.Counters.HandlerFaults++;
            _fault(exception, request.MessageId);
            request.Fail(ErrorCode.Internal, "internal error");
        }
        finally
        {
            channel.RequestsPending--;
            cancellation.Dispose();
        }
    }

    private static async Task<bool> EndsInTimeAsync(Task work, Bucket bucket)
    {
        if (!work.IsCompleted)
        {
            await work.WaitAsync(TimeSpan.FromMilliseconds(bucket.Options.HandlerTimeout), bucket.Hub.Time)
                .ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        }

        return work.IsCompleted;
    }
}
