using System.Net;
using Node.Tests.Simulation;
using Node.Transport;

namespace Node.Tests.Transport;

/// <summary>The loop's rules, on a kernel and a clock that the test holds.</summary>
public sealed class EventLoopTests : IDisposable
{
    private readonly SimulatedPoller _poller = new(new Random(1), SimulatedFaults.None);
    private readonly EventLoop _loop;
    private readonly List<Exception> _faults = [];
    private readonly List<int> _pressure = [];
    private readonly List<Connection> _connections = [];
    private readonly List<RecordingHandler> _handlers = [];

    public EventLoopTests()
    {
        _loop = new EventLoop(0, _poller) { Fault = _faults.Add };
        Listener = _loop.Listen(
            new IPEndPoint(IPAddress.Loopback, 0),
            new ListenerOptions { Pressure = _pressure.Add },
            connection =>
            {
                _connections.Add(connection);
                _handlers.Add(new RecordingHandler());
                return _handlers[^1];
            });
    }

    private Listener Listener { get; }

    public void Dispose() => _loop.Dispose();

    [Fact]
    public void Pressure_pauses_accepting_is_said_once_and_ends()
    {
        _poller.Faults = SimulatedFaults.None with { AcceptError = Errno.TooManyFiles };
        _poller.ConnectPeer();
        for (int i = 0; i < 50; i++)
        {
            _poller.Advance(100);
            _loop.Turn();
        }

        Assert.Equal([Errno.TooManyFiles], _pressure);
        Assert.InRange(_loop.Counters.AcceptPauses, 5, 12);
        Assert.Empty(_connections);

        _poller.Faults = SimulatedFaults.None;
        _poller.Advance(1000);
        Turns(3);
        Assert.Equal([Errno.TooManyFiles, 0], _pressure);
        Assert.Single(_connections);
    }

    [Fact]
    public void A_peer_that_reset_before_it_was_accepted_is_passed_over()
    {
        _poller.Faults = SimulatedFaults.None with { AcceptError = Errno.ConnectionAborted };
        _poller.ConnectPeer();
        _loop.Turn();
        _poller.Faults = SimulatedFaults.None;
        _loop.Turn();
        Assert.Single(_connections);
        Assert.Empty(_pressure);
        Assert.False(Listener.IsPaused);
    }

    [Fact]
    public void A_listener_that_is_of_no_more_use_is_closed_and_reported()
    {
        _poller.Faults = SimulatedFaults.None with { AcceptError = 22 };
        _poller.ConnectPeer();
        Turns(3);
        Assert.Contains("restart the process", Assert.Single(_faults).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pressure_callback_that_throws_costs_nothing_else()
    {
        var poller = new SimulatedPoller(new Random(1), SimulatedFaults.None with { AcceptError = Errno.TooManyFiles });
        using var loop = new EventLoop(1, poller) { Fault = _faults.Add };
        var options = new ListenerOptions { Pressure = _ => throw new InvalidOperationException("mine") };
        loop.Listen(new IPEndPoint(IPAddress.Loopback, 0), options, _ => new RecordingHandler());
        poller.ConnectPeer();
        loop.Turn();
        Assert.Equal("mine", Assert.Single(_faults).Message);
    }

    [Fact]
    public void Posts_wake_the_loop_once_however_many_they_are()
    {
        _loop.Turn();
        int before = _poller.Wakes;
        int ran = 0;
        OnOtherThread(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                _loop.Post(() => ran++);
            }
        });
        Assert.Equal(before + 1, _poller.Wakes);
        _loop.Turn();
        Assert.Equal(1000, ran);
        OnOtherThread(() => _loop.Post(() => ran++));
        Assert.Equal(before + 2, _poller.Wakes);
    }

    [Fact]
    public void Work_that_posts_itself_again_runs_once_a_turn()
    {
        int ran = 0;
        void Again()
        {
            ran++;
            _loop.Post(Again);
        }

        _loop.Post(Again);
        Turns(5);
        Assert.Equal(5, ran);
        Assert.Equal(0, _poller.LastTimeout);
    }

    [Fact]
    public void A_deadline_fires_once_and_not_early()
    {
        Accept();
        int fired = 0;
        _handlers[0].Deadline = () => fired++;
        _loop.Post(() => _connections[0].SetDeadline(_loop.Now + 1000));
        _loop.Turn();
        _poller.Advance(999);
        _loop.Turn();
        Assert.Equal(0, fired);
        _poller.Advance(TimerWheel.TickMs + 1);
        Turns(2);
        _poller.Advance(5000);
        _loop.Turn();
        Assert.Equal(1, fired);
    }

    [Fact]
    public void A_delayed_action_runs_when_its_time_has_come()
    {
        int ran = 0;
        _loop.Post(() => _loop.PostDelayed(() => ran++, 300));
        _loop.Turn();
        _loop.Turn();
        Assert.InRange(_poller.LastTimeout, 1, 300);
        _poller.Advance(300);
        _loop.Turn();
        Assert.Equal(1, ran);
    }

    [Fact]
    public void What_is_sent_before_the_connection_is_there_goes_out_afterwards()
    {
        var handler = new RecordingHandler();
        int connected = 0;
        handler.Connected = () => connected++;
        Connection? connection = null;
        _loop.Post(() =>
        {
            connection = _loop.Connect(new IPEndPoint(IPAddress.Loopback, 1), null, handler);
            Send(connection!, 10);
        });
        Turns(3);
        Assert.Equal(0, connected);
        _poller.LastConnected!.AcceptByPeer();
        Turns(3);
        Assert.Equal(1, connected);
        Assert.Equal(10, _poller.LastConnected.Unread);
    }

    [Fact]
    public void A_connection_that_is_refused_says_so()
    {
        var handler = new RecordingHandler();
        _loop.Post(() => _loop.Connect(new IPEndPoint(IPAddress.Loopback, 1), null, handler));
        _loop.Turn();
        _poller.LastConnected!.Reset();
        _loop.Turn();
        Assert.Equal(CloseCause.NotConnected, handler.Cause);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(5)]
    public void A_handler_that_consumes_what_was_not_there_loses_its_connection_only(int consumed)
    {
        SimulatedSocket peer = Accept();
        _handlers[0].Received = _ => consumed;
        peer.Write([1, 2, 3]);
        _loop.Turn();
        Assert.Equal(CloseCause.Aborted, _handlers[0].Cause);
        Assert.Single(_faults);
        Accept();
        Assert.Equal(1, _loop.ConnectionCount);
    }

    [Fact]
    public void A_handler_that_leaves_too_much_loses_its_connection_only()
    {
        SimulatedSocket peer = Accept();
        _handlers[0].Received = _ => 0;
        peer.Write(new byte[EventLoop.MaxLeftover + 1]);
        Turns(2);
        Assert.Equal(CloseCause.Aborted, _handlers[0].Cause);
        Assert.Single(_faults);
    }

    [Fact]
    public void Work_at_the_end_of_a_turn_that_throws_is_reported()
    {
        _loop.TurnEnding = () => throw new InvalidOperationException("mine");
        _loop.Turn();
        Assert.Single(_faults);
    }

    [Fact]
    public void A_paused_connection_that_breaks_is_closed_without_a_delivery()
    {
        SimulatedSocket peer = Accept();
        int received = 0;
        _handlers[0].Received = data =>
        {
            received += data.Length;
            return data.Length;
        };
        _loop.Post(_connections[0].PauseReading);
        _loop.Turn();
        peer.Write([1, 2, 3]);
        peer.Reset();
        Turns(2);
        Assert.Equal(CloseCause.Network, _handlers[0].Cause);
        Assert.Equal(0, received);
    }

    [Fact]
    public void An_overflow_after_close_is_not_told_and_the_close_frame_still_goes_out()
    {
        _poller.Faults = SimulatedFaults.None with { SendBufferBytes = 10 };
        SimulatedSocket peer = Accept();
        int overflows = 0;
        _handlers[0].Overflow = () => overflows++;
        _loop.Post(() =>
        {
            Connection connection = _connections[0];
            Send(connection, 20);
            Send(connection, 200, new FrameTraits(Lane.Data, new SendPolicy(Overflow.Close, 100)));
            Send(connection, 3, FrameTraits.Close, content: 9);
            connection.Close();
        });
        var received = new List<byte>();
        for (int i = 0; i < 10; i++)
        {
            _loop.Turn();
            received.AddRange(peer.Read());
        }

        Assert.Equal(0, overflows);
        Assert.Equal([9, 9, 9], received[20..]);
        Assert.True(peer.ServerEnded);
        Assert.Equal(1, _loop.Counters.DroppedAtClose);
    }

    [Fact]
    public void A_close_that_finds_no_end_is_an_abort()
    {
        _poller.Faults = SimulatedFaults.None with { SendBufferBytes = 10 };
        Accept();
        _loop.Post(() =>
        {
            Send(_connections[0], 100);
            _connections[0].Close(withinMs: 500);
        });
        _loop.Turn();
        _poller.Advance(400);
        _loop.Turn();
        Assert.False(_handlers[0].Closed.IsCompleted);
        _poller.Advance(200);
        _loop.Turn();
        Assert.Equal(CloseCause.Aborted, _handlers[0].Cause);
        Assert.Equal(0, _loop.Counters.QueuedBytes);
    }

    [Fact]
    public async Task An_await_on_the_loop_comes_back_to_the_loop()
    {
        using var loop = new EventLoop(1, new ParkingPoller());
        loop.Start();
        var onLoop = new TaskCompletionSource<bool>();
        loop.Post(async () =>
        {
            await Task.Run(() => { });
            onLoop.SetResult(loop.IsOnLoop);
        });
        Assert.True(await onLoop.Task);
    }

    [Fact]
    public async Task What_was_posted_before_the_end_still_runs()
    {
        var loop = new EventLoop(1, new ParkingPoller());
        loop.Start();
        using var entered = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        loop.Post(() =>
        {
            entered.Set();
            goOn.Wait();
        });
        entered.Wait();
        Task last = LoopGroup.RunAsync(loop, () => { });
        Task stopping = Task.Run(loop.Dispose);
        goOn.Set();
        await stopping;
        Assert.True(last.IsCompletedSuccessfully);
    }

    private static void OnOtherThread(Action action)
    {
        var thread = new Thread(() => action());
        thread.Start();
        thread.Join();
    }

    private SimulatedSocket Accept()
    {
        SimulatedSocket peer = _poller.ConnectPeer();
        _loop.Turn();
        return peer;
    }

    private void Send(Connection connection, int bytes, FrameTraits? traits = null, byte content = 1)
    {
        _loop.Outbox.Reserve(bytes)[..bytes].Fill(content);
        _loop.Outbox.Send(connection, bytes, traits ?? new FrameTraits(Lane.Data, SendPolicy.Default));
    }

    private void Turns(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _loop.Turn();
        }
    }
}
