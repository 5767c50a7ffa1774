using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Node.Tests.Support;

/// <summary>A way to a server that can be cut (connections break, new ones are refused) or frozen (nothing comes through, nothing breaks).</summary>
internal sealed class TcpLink : IAsyncDisposable
{
    private readonly IPEndPoint _target;
    private readonly CancellationTokenSource _disposed = new();
    private readonly ConcurrentDictionary<Socket, Socket> _pairs = new();
    private readonly int _port = FreePorts.Next();
    private volatile TaskCompletionSource _open = new();
    private TcpListener _listener;

    public TcpLink(IPEndPoint target)
    {
        _target = target;
        _open.SetResult();
        _listener = new TcpListener(IPAddress.Loopback, _port);
        _listener.Start();
        _ = AcceptAsync(_listener);
    }

    public Uri Endpoint => new($"http://127.0.0.1:{_port}");

    public void Cut()
    {
        _listener.Stop();
        Break();
    }

    /// <summary>Breaks the connections that there are; new ones are welcome.</summary>
    public void Break()
    {
        foreach ((Socket near, Socket far) in _pairs)
        {
            near.Dispose();
            far.Dispose();
        }
    }

    /// <summary>After a cut, on the same port.</summary>
    public void Mend()
    {
        _listener = new TcpListener(IPAddress.Loopback, _port);
        _listener.Start();
        _ = AcceptAsync(_listener);
    }

    public void Freeze() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Thaw() => _open.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync();
        Cut();
        _disposed.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                _ = CarryAsync(await listener.AcceptSocketAsync(_disposed.Token));
            }
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Cut.
        }
    }

    private async Task CarryAsync(Socket near)
    {
        using Socket far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (near)
        {
            near.NoDelay = true;
            _pairs[near] = far;
            try
            {
                await far.ConnectAsync(_target);
                await Task.WhenAny(PumpAsync(near, far), PumpAsync(far, near));
            }
            catch (SocketException)
            {
                // The server is away.
            }

            _pairs.TryRemove(near, out _);
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            for (int count; (count = await from.ReceiveAsync(buffer)) > 0;)
            {
                await _open.Task.WaitAsync(_disposed.Token);
                await to.SendAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Broken, at either end.
        }
    }
}
