using System.Diagnostics;
using System.Globalization;
using System.Text;
using Grpc.Core;
using Node.Load.Net;

namespace Node.Load.Soak;

/// <summary>
/// One user of a scenario with its connection: what it can do, and what is noticed of it meanwhile. One thing at a time is awaited. Load thread only.
/// </summary>
/// <remarks>Each method that is a step is counted and timed under its name; it throws <see cref="SoakFault"/> where it does not succeed.</remarks>
internal sealed class SoakUser(SoakLoop loop, ScenarioStats stats, int number)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly List<SoakRoom> _rooms = [];
    private readonly StepStats _delivery = stats.Step("delivery");
    private Client? _client;
    private Waiting _waiting;
    private TaskCompletionSource? _wait;
    private long _waitUntil;
    private long _doneAt;
    private long _dueAt;
    private int _seq;
    private SoakRoom? _joining;
    private long _newestPush;
    private bool _isLeaving;
    private string? _lost;

    private enum Waiting
    {
        Nothing,
        Pause,
        Connect,
        Answer,
        Push,
        Close,
    }

    /// <summary>From 0. Where so many users are kept, who comes for one that has left has its number; else numbers rise for ever.</summary>
    public int Number { get; } = number;

    /// <summary>It is one of so many at a time; else one that has come by itself.</summary>
    public bool IsKept { get; init; }

    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"{stats.Scenario}-{number}");

    /// <summary>False: the load simulation wants this user to leave.</summary>
    public bool GoesOn { get; private set; } = true;

    public bool IsConnected => _client is { State: ClientState.Open };

    /// <summary>The code that the server has closed the last connection with; 0: it has not.</summary>
    public int CloseCode { get; private set; }

    /// <summary>The server may end the connection: that is then no failure, and <see cref="IsConnected"/> tells.</summary>
    public bool MayBeClosed { get; set; }

    /// <summary>Opens the connection, with a token where the server wants one.</summary>
    public Task ConnectAsync() => StepAsync("connect", () =>
    {
        (_lost, CloseCode, _isLeaving) = (null, 0, false);
        _client = loop.Open(this, loop.TargetOf(Name));
        return WaitAsync(Waiting.Connect);
    });

    /// <summary>Joins a room, or comes back to it with what was seen last; true: what was missed comes now.</summary>
    public async Task<bool> JoinAsync(string room, RoomKind kind = RoomKind.Complete)
    {
        SoakRoom? known = _rooms.Find(one => one.Name == room);
        _joining = known ?? new SoakRoom(room, kind);
        if (known is null)
        {
            _rooms.Add(_joining);
        }

        IsRecovered = false;
        await StepAsync("join", () => AskAsync(known is { Epoch.Length: > 0 }
            ? $$"""{"message_id":"join","seq":{{++_seq}},"room":"{{room}}","offset":{{known.Offset}},"epoch":"{{known.Epoch}}"}"""
            : $$"""{"message_id":"join","seq":{{++_seq}},"room":"{{room}}"}"""));
        return IsRecovered;
    }

    /// <summary>Of the last join.</summary>
    private bool IsRecovered { get; set; }

    public async Task LeaveAsync(string room)
    {
        await StepAsync("leave", () => AskAsync($$"""{"message_id":"leave","seq":{{++_seq}},"room":"{{room}}"}"""));
        _rooms.RemoveAll(one => one.Name == room);
    }

    /// <summary>Publishes, and waits until the room has numbered it. Its deliveries count from when the pause before it was due to end.</summary>
    public Task PublishAsync(string room, int bytes) => StepAsync("publish", () =>
    {
        loop.SendMessage(_client!, $$"""{"message_id":"publish","seq":{{++_seq}},"room":"{{room}}","data":""", TakeDue(), bytes);
        return WaitAsync(Waiting.Answer);
    });

    /// <summary>Publishes without an answer.</summary>
    public void Tell(string room, int bytes)
    {
        ThrowIfLost();
        loop.SendMessage(_client!, $$"""{"message_id":"publish","room":"{{room}}","data":""", TakeDue(), bytes);
    }

    /// <summary>Has the application push to this user, by gRPC, and waits until it has come.</summary>
    public Task NotifyAsync(int bytes) => StepAsync("notify", async () =>
    {
        long push = loop.NextNumber();
        try
        {
            if (await loop.Push.ToUserAsync(Name, loop.StampOf(push, TakeDue(), bytes)) == 0)
            {
                throw new SoakFault("nobody was there");
            }
        }
        catch (RpcException fault)
        {
            throw new SoakFault($"{fault.StatusCode}: {fault.Status.Detail}");
        }

        if (_newestPush < push)
        {
            await WaitAsync(Waiting.Push);
        }
    });

    /// <summary>Waits for a random while; shorter when this user is to leave.</summary>
    public Task PauseAsync(double fromSeconds, double toSeconds) =>
        PauseUntilAsync(Stopwatch.GetTimestamp() + Ticks(fromSeconds + (loop.Random.NextDouble() * (toSeconds - fromSeconds))));

    /// <summary>Waits for the next multiple of a time since the load began: all who do so go on at once.</summary>
    public Task BeatAsync(double seconds) => PauseUntilAsync(loop.StartedAt + (Ticks(seconds) * (((Stopwatch.GetTimestamp() - loop.StartedAt) / Ticks(seconds)) + 1)));

    /// <summary>Stops reading, as a client that has gone to sleep.</summary>
    public void StopReading()
    {
        ThrowIfLost();
        _client!.IsSilent = true;
    }

    /// <summary>Reads what has waited, and goes on.</summary>
    public void ReadOn()
    {
        if (_client is not null)
        {
            loop.Resume(_client);
        }
    }

    /// <summary>Waits until the server has ended the connection.</summary>
    public Task ClosedAsync() => StepAsync("closed", () => _client is null ? Task.CompletedTask : WaitAsync(Waiting.Close));

    /// <summary>Loses the connection without a word. What it was in is remembered, for <see cref="JoinAsync"/>.</summary>
    public void Abort()
    {
        _isLeaving = true;
        if (_client is not null)
        {
            loop.Abort(_client);
        }
    }

    /// <summary>Says goodbye, and forgets what it was in.</summary>
    public async Task GoodbyeAsync()
    {
        _rooms.Clear();
        if (_client is null)
        {
            return;
        }

        loop.Resume(_client);
        if (IsConnected)
        {
            _isLeaving = true;
            await StepAsync("goodbye", () =>
            {
                loop.Close(_client);
                return WaitAsync(Waiting.Close);
            });
        }
    }

    /// <summary>A step of a scenario's own: counted and timed under its name.</summary>
    public async Task StepAsync(string name, Func<Task> act)
    {
        long from = Stopwatch.GetTimestamp();
        try
        {
            if (name != "connect")
            {
                ThrowIfLost();
            }

            await act();
            stats.Step(name).Record(SoakLoop.Nanoseconds(Math.Max(from, _doneAt) - from));
        }
        catch (SoakFault fault)
        {
            if (!fault.IsCounted)
            {
                fault.IsCounted = true;
                stats.Fail(name, fault.Message);
            }

            throw;
        }
    }

    /// <summary>Something that this user has looked at is not as it must be.</summary>
    public void Require(bool holds, string what)
    {
        if (!holds)
        {
            stats.Disordered(what);
        }
    }

    /// <summary>It is to leave: pauses end now.</summary>
    internal void Leave()
    {
        GoesOn = false;
        if (_waiting == Waiting.Pause)
        {
            Complete();
        }
    }

    /// <summary>It has had its time: loses its connection, and what it waits for does not come.</summary>
    internal void Cut()
    {
        Leave();
        Abort();
        Fault(new SoakFault("cut") { IsCounted = true });
    }

    /// <summary>Called now and then.</summary>
    internal void Look(long now)
    {
        if (_waiting == Waiting.Pause || _waiting == Waiting.Nothing || now < _waitUntil)
        {
            return;
        }

        Fault(new SoakFault($"nothing came within {s_patience.TotalSeconds} s"));
    }

    /// <summary>The end of a pause, unless it has ended before.</summary>
    internal void Wake(long due)
    {
        if (_waiting == Waiting.Pause && _waitUntil == due)
        {
            _dueAt = due;
            Complete();
        }
    }

    internal void OnMessage(ReadOnlySpan<byte> payload, long readAt)
    {
        HubMessage message = HubMessage.Read(payload);
        if (message.Seq > 0 || message.Error.Length > 0)
        {
            OnAnswer(message, readAt);
        }
        else if (message.Id.SequenceEqual("publish"u8))
        {
            OnPublish(message, readAt);
        }
        else if (message.Id.SequenceEqual("direct"u8) && loop.TryReadStamp(message.Data, out long push, out long dueAt))
        {
            (_newestPush, _doneAt) = (Math.Max(_newestPush, push), readAt);
            _delivery.Record(SoakLoop.Nanoseconds(readAt - dueAt));
            Complete(Waiting.Push, readAt);
        }
        else if (message.Id.SequenceEqual("connect"u8))
        {
            Complete(Waiting.Connect, readAt);
        }
    }

    internal void OnClosed(string? fault, int code, long now)
    {
        _client = null;
        CloseCode = code;
        if (_isLeaving || fault is null)
        {
            Complete(Waiting.Close, now);
            return;
        }

        _lost = fault;
        if (MayBeClosed && _waiting is Waiting.Pause or Waiting.Close)
        {
            Complete(_waiting, now);
            return;
        }

        if (_waiting is Waiting.Nothing or Waiting.Pause && !MayBeClosed)
        {
            stats.Fail("connection", fault);
            Fault(new SoakFault(fault) { IsCounted = true });
            return;
        }

        Fault(new SoakFault(fault) { IsCounted = MayBeClosed });
    }

    private void OnAnswer(in HubMessage message, long readAt)
    {
        if (_waiting != Waiting.Answer || message.Seq != _seq)
        {
            if (message.Error.Length > 0)
            {
                stats.Fail("error", Encoding.UTF8.GetString(message.Error));
            }

            return;
        }

        if (message.Error.Length > 0)
        {
            Fault(new SoakFault(Encoding.UTF8.GetString(message.Error)));
            return;
        }

        if (_joining is not null && message.Id.SequenceEqual("join"u8))
        {
            IsRecovered = message.Data.IndexOf("\"recovered\":true"u8) >= 0;
            _joining.Joined(message.Offset, Encoding.UTF8.GetString(message.Epoch), IsRecovered);
            _joining = null;
        }

        Complete(Waiting.Answer, readAt);
    }

    private void OnPublish(in HubMessage message, long readAt)
    {
        SoakRoom? room = null;
        foreach (SoakRoom one in _rooms)
        {
            room = one.Is(message.Room) ? one : room;
        }

        if (room is null || !loop.TryReadStamp(message.Data, out _, out long dueAt))
        {
            return;
        }

        if (room.Deliver(message.Offset) is { } problem)
        {
            stats.Disordered(problem);
        }
        else if (room.Kind == RoomKind.Late)
        {
            _delivery.Count();
        }
        else
        {
            _delivery.Record(SoakLoop.Nanoseconds(readAt - dueAt));
        }
    }

    private Task AskAsync(string message)
    {
        loop.Send(_client!, message);
        return WaitAsync(Waiting.Answer);
    }

    private async Task PauseUntilAsync(long due)
    {
        if (GoesOn)
        {
            loop.WakeAt(this, due);
            await WaitAsync(Waiting.Pause, due);
        }
    }

    private Task WaitAsync(Waiting what) => WaitAsync(what, Stopwatch.GetTimestamp() + Ticks(s_patience.TotalSeconds));

    // Continued from the loop's queue, never from within a report of its sockets.
    private Task WaitAsync(Waiting what, long until)
    {
        (_waiting, _waitUntil) = (what, until);
        _wait = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _wait.Task;
    }

    private void Complete(Waiting what, long at)
    {
        if (_waiting == what)
        {
            _doneAt = at;
            Complete();
        }
    }

    private void Complete()
    {
        _waiting = Waiting.Nothing;
        _wait?.TrySetResult();
    }

    private void Fault(SoakFault fault)
    {
        _waiting = Waiting.Nothing;
        _wait?.TrySetException(fault);
    }

    private void ThrowIfLost()
    {
        if (!IsConnected)
        {
            throw new SoakFault(_lost ?? "there is no connection") { IsCounted = _lost is not null };
        }
    }

    private long TakeDue()
    {
        long due = _dueAt == 0 ? Stopwatch.GetTimestamp() : _dueAt;
        _dueAt = 0;
        return due;
    }

    private static long Ticks(double seconds) => (long)(seconds * Stopwatch.Frequency);
}
