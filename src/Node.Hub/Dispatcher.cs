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
    private RequestHandler? _others;
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

        RefuseIfFrozen();
        if (!_routes.TryAdd(name, handler))
        {
            throw new ArgumentException($"'{messageId}' has a handler already", nameof(messageId));
        }
    }

    public void MapAsync(string messageId, Func<AsyncRequest, Task> handler) =>
        Map(messageId, (ref Request request) => Start(ref request, handler));

    /// <summary>What has a message_id and no handler goes here.</summary>
    /// <exception cref="ArgumentException">There is one already.</exception>
    /// <exception cref="InvalidOperationException">The hub runs already.</exception>
    public void MapOthers(RequestHandler handler)
    {
        RefuseIfFrozen();
        _others = _others is null ? handler : throw new ArgumentException("the others have a handler already", nameof(handler));
    }

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
        RequestHandler? handler = _byName.TryGetValue(message.MessageId, out RequestHandler? found) ? found
            : message.MessageId.IsEmpty ? null : _others;
        if (handler is null)
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

    private void RefuseIfFrozen()
    {
        if (_frozen)
        {
            throw new InvalidOperationException("map handlers before the node starts");
        }
    }

    private void Start(ref Request request, Func<AsyncRequest, Task> handler)
    {
        if (!request.TryBegin())
        {
            return;
        }

        var cancellation = new CancellationTokenSource();
        var started = new AsyncRequest(request.Channel, request.Message, cancellation.Token);
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
