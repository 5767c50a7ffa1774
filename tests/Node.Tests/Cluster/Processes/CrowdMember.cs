using System.Net.Http;
using System.Net.WebSockets;
using System.Text.Json;

namespace Node.Tests.Cluster.Processes;

/// <summary>
/// A client that is a member of one room, and comes back when its connection ends: to a node that serves, saying what it had last. Its
/// WebSocket is the framework's.
/// </summary>
/// <param name="name">Its user.</param>
/// <param name="room">The room it is in.</param>
/// <param name="choose">The node to connect to now.</param>
internal sealed class CrowdMember(string name, string room, Func<CrowdMember, ClusterProcess> choose) : IAsyncDisposable
{
    private const int Unavailable = 114;

    private static readonly HttpMessageInvoker Http = new(new SocketsHttpHandler());
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, string> _unanswered = [];
    private readonly CancellationTokenSource _stopped = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private ClientWebSocket? _socket;
    private Task _running = Task.CompletedTask;
    private Task _sending = Task.CompletedTask;
    private TaskCompletionSource<string[]>? _presence;
    private ulong _seq;

    public string Name => name;

    public string Room => room;

    /// <summary>Where it is, or was last.</summary>
    public ClusterProcess? Node { get; private set; }

    public bool IsIn { get; private set; }

    public CrowdLedger Ledger { get; } = new();

    /// <summary>What the publishes were answered with, and the ids of those that were refused, or whose answer the connection took along.</summary>
    public List<CrowdMessage> Acknowledged { get; } = [];

    /// <inheritdoc cref="Acknowledged"/>
    public List<string> Refused { get; } = [];

    /// <inheritdoc cref="Acknowledged"/>
    public List<string> Unknown { get; } = [];

    public bool IsWaiting
    {
        get
        {
            lock (_lock)
            {
                return _unanswered.Count > 0;
            }
        }
    }

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Breaks the connection; it comes back to where it is sent now.</summary>
    public void Move() => _socket?.Abort();

    /// <summary>Publishes, unless it is not in the room now, or still sends.</summary>
    public void Publish(string id)
    {
        lock (_lock)
        {
            if (IsIn && _sending.IsCompleted)
            {
                _unanswered.Add(++_seq, id);
                _sending = SendAsync(new { message_id = "publish", seq = _seq, room, data = id });
            }
        }
    }

    /// <summary>Who is in the room, as its node tells it. It must be in it, and publish nothing meanwhile.</summary>
    public async Task<string[]> AskPresenceAsync()
    {
        await _sending;
        _presence = new TaskCompletionSource<string[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        await (_sending = SendAsync(new { message_id = "presence", seq = ++_seq, room }));
        return await _presence.Task.WaitAsync(ClusterProcesses.Patience);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await _running;
        _stopped.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopped.IsCancellationRequested)
        {
            try
            {
                await VisitAsync(_stopped.Token);
            }
            catch (Exception error) when (error is WebSocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The node is gone, or this member was moved: an abort while the reader is between two receives makes the framework's next
                // receive throw ObjectDisposedException in place of WebSocketException.
            }
            catch (Exception error)
            {
                Ledger.Faults.Add(error.ToString());
            }

            EndVisit();
            TimeSpan pause = TimeSpan.FromMilliseconds(Random.Shared.Next(100, 500));
            await Task.Delay(pause, _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void EndVisit()
    {
        lock (_lock)
        {
            IsIn = false;
            Unknown.AddRange(_unanswered.Values);
            _unanswered.Clear();
        }

        _socket?.Dispose();
    }

    private async Task VisitAsync(CancellationToken cancel)
    {
        Node = choose(this);
        _socket = new ClientWebSocket();
        _socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
        using (var connect = CancellationTokenSource.CreateLinkedTokenSource(cancel))
        {
            connect.CancelAfter(ConnectTimeout);
            await _socket.ConnectAsync(new Uri($"ws://{Node.HttpAddress}/ws?user={name}"), Http, connect.Token);
        }

        Ledger.Hold();
        await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await JoinAsync();
        while (await ReceiveAsync(cancel) is { } message)
        {
            using (message)
            {
                if (!Take(message.RootElement))
                {
                    return;
                }
            }
        }
    }

    private Task JoinAsync() => Ledger.Epoch.Length == 0
        ? SendAsync(new { message_id = "join", seq = ++_seq, room })
        : SendAsync(new { message_id = "join", seq = ++_seq, room, offset = Ledger.Offset, epoch = Ledger.Epoch });

    private async Task SendAsync(object message)
    {
        try
        {
            await _socket!.SendAsync(
                JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        catch (Exception error) when (error is WebSocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The connection has ended, which its reader finds.
        }
    }

    /// <returns>Null: the node has closed the connection.</returns>
    private async Task<JsonDocument?> ReceiveAsync(CancellationToken cancel)
    {
        int length = 0;
        while (true)
        {
            ValueWebSocketReceiveResult part = await _socket!.ReceiveAsync(_buffer.AsMemory(length), cancel);
            length += part.Count;
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            if (part.EndOfMessage)
            {
                return JsonDocument.Parse(_buffer.AsMemory(0, length));
            }
        }
    }

    /// <returns>False: the member has to come back.</returns>
    private bool Take(JsonElement message)
    {
        string route = message.GetProperty("message_id").GetString()!;
        bool isReply = message.TryGetProperty("seq", out JsonElement seq);
        switch (route)
        {
            case "join":
                return TakeJoin(message);
            case "publish" when isReply:
                TakeAnswer(seq.GetUInt64(), message);
                return true;
            case "publish":
                Ledger.Take(OffsetOf(message), message.GetProperty("data").GetString()!);
                return true;
            case "presence":
                _presence!.SetResult([.. message.GetProperty("data").GetProperty("users").EnumerateArray().Select(user => user.GetString()!)]);
                return true;
            default:
                return true;
        }
    }

    private bool TakeJoin(JsonElement message)
    {
        if (ErrorOf(message) is { } code)
        {
            if (code != Unavailable)
            {
                Ledger.Faults.Add($"join: {message}");
            }

            return false;
        }

        JsonElement data = message.GetProperty("data");
        Ledger.Open(
            message.GetProperty("epoch").GetString()!, OffsetOf(message),
            data.TryGetProperty("recovered", out JsonElement recovered) && recovered.GetBoolean());
        lock (_lock)
        {
            IsIn = true;
        }

        return true;
    }

    private void TakeAnswer(ulong seq, JsonElement message)
    {
        lock (_lock)
        {
            if (!_unanswered.Remove(seq, out string? id))
            {
                Ledger.Faults.Add($"two answers: {message}");
            }
            else if (ErrorOf(message) is { } code)
            {
                Refused.Add(id);
                if (code != Unavailable)
                {
                    Ledger.Faults.Add($"publish: {message}");
                }
            }
            else
            {
                Acknowledged.Add(new CrowdMessage("", OffsetOf(message), id));
            }
        }
    }

    private static int? ErrorOf(JsonElement message) =>
        message.TryGetProperty("error", out JsonElement error) ? error.GetProperty("code").GetInt32() : null;

    private static ulong OffsetOf(JsonElement message) => message.TryGetProperty("offset", out JsonElement offset) ? offset.GetUInt64() : 0;
}
