using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Node.Wire;

namespace Node.Tests.Support;

/// <summary>
/// A peer that is only a socket: it sends the bytes it is told to, right or wrong, and takes apart what comes back. Every
/// wait ends after <see cref="Patience"/> with a <see cref="TimeoutException"/>. For one reader and one writer at a time.
/// </summary>
internal sealed class RawClient : IAsyncDisposable
{
    /// <summary>How long a test waits for what has to come; only a failure takes that long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Socket _socket;
    private readonly Stream _stream;
    private byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;

    private RawClient(Socket socket, Stream stream)
    {
        _socket = socket;
        _stream = stream;
    }

    /// <param name="server">Where to.</param>
    /// <param name="tls">Whether to speak TLS, with a server that shows a <see cref="TestNode"/>'s certificate.</param>
    /// <param name="receiveBuffer">SO_RCVBUF in bytes; 0 leaves it to the system.</param>
    public static async Task<RawClient> ConnectAsync(IPEndPoint server, bool tls = false, int receiveBuffer = 0)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer > 0)
        {
            socket.ReceiveBufferSize = receiveBuffer;
        }

        await socket.ConnectAsync(server).WaitAsync(Patience);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (tls)
        {
            var secure = new SslStream(stream, false, (_, certificate, _, _) => certificate?.Subject == TestNode.CertificateName);
            await secure.AuthenticateAsClientAsync("localhost").WaitAsync(Patience);
            stream = secure;
        }

        return new RawClient(socket, stream);
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes).AsTask().WaitAsync(Patience);

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Each octet in a segment (and under TLS in a record) of its own.</summary>
    public async Task SendOctetsAsync(ReadOnlyMemory<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            await SendAsync(bytes.Slice(i, 1));
        }
    }

    /// <summary>Opens a WebSocket and hands back the 101.</summary>
    public async Task<HttpAnswer> OpenAsync(string path, params (string Name, string? Value)[] headers)
    {
        await SendAsync(UpgradeRequest.To(path, headers));
        return await ReadUpgradedAsync();
    }

    /// <summary>The answer to a request that has been sent, which must be a 101.</summary>
    public async Task<HttpAnswer> ReadUpgradedAsync()
    {
        HttpAnswer answer = await ReadAnswerAsync();
        Assert.Equal(101, answer.Status);
        return answer;
    }

    public async Task<HttpAnswer> ReadAnswerAsync()
    {
        int length;
        while ((length = Waiting.IndexOf("\r\n\r\n"u8)) < 0)
        {
            Assert.True(await FillAsync(), "the stream ended within a response head");
        }

        HttpAnswer answer = HttpAnswer.Parse(Encoding.ASCII.GetString(Take(length + 4)));
        return answer with { Body = Encoding.ASCII.GetString(await TakeAsync(answer.ContentLength)) };
    }

    /// <summary>The next frame. One that a server must not send fails the test.</summary>
    public async Task<ServerFrame> ReadFrameAsync()
    {
        byte[] start = await TakeAsync(2);
        Assert.True((start[1] & 0x80) == 0, "a frame from a server is masked (RFC 6455, 5.1)");
        long length = start[1] & 0x7F;
        if (length == 126)
        {
            length = BinaryPrimitives.ReadUInt16BigEndian(await TakeAsync(2));
            Assert.True(length > 125, "a length is not minimally encoded");
        }
        else if (length == 127)
        {
            length = BinaryPrimitives.ReadInt64BigEndian(await TakeAsync(8));
            Assert.True(length > ushort.MaxValue, "a length is not minimally encoded");
        }

        Assert.Equal(0, start[0] & 0x30);
        var frame = new ServerFrame(
            (Opcode)(start[0] & 0x0F), (start[0] & 0x80) != 0, (start[0] & 0x40) != 0, await TakeAsync((int)length));
        Assert.True(!frame.IsControl || (frame is { IsFinal: true, IsCompressed: false } && length <= 125), $"a bad control frame: {frame}");
        return frame;
    }

    /// <summary>The next frame, which must be a close frame.</summary>
    /// <returns>Its code.</returns>
    public async Task<ushort> ReadCloseAsync()
    {
        ServerFrame frame = await ReadFrameAsync();
        Assert.Equal(Opcode.Close, frame.Opcode);
        return frame.CloseCode;
    }

    /// <summary>Says goodbye in order: 1000 out, 1000 back, and the stream ends.</summary>
    public async Task CloseAsync()
    {
        await SendAsync(ClientFrame.Close(CloseCode.Normal));
        Assert.Equal(CloseCode.Normal, await ReadCloseAsync());
        await ReadEndAsync();
    }

    /// <summary>Waits for the end of the stream. A byte before it, or a reset instead of it, fails the test.</summary>
    public async Task ReadEndAsync()
    {
        bool more = _end > _start || await FillAsync();
        Assert.False(more, $"bytes after the end: {Convert.ToHexString(Waiting[..Math.Min(Waiting.Length, 64)])}");
    }

    /// <summary>Everything that still comes, until the stream ends or is reset.</summary>
    public async Task<byte[]> ReadRestAsync()
    {
        try
        {
            while (await FillAsync())
            {
            }
        }
        catch (IOException)
        {
            // A reset: what came before it counts.
        }

        return Take(_end - _start);
    }

    /// <summary>Ends this side's stream and goes on reading.</summary>
    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Resets the connection.</summary>
    public void Abort()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public async ValueTask DisposeAsync() => await _stream.DisposeAsync();

    private ReadOnlySpan<byte> Waiting => _buffer.AsSpan(_start, _end - _start);

    private byte[] Take(int count)
    {
        byte[] taken = _buffer[_start..(_start + count)];
        _start += count;
        return taken;
    }

    private async Task<byte[]> TakeAsync(int count)
    {
        while (_end - _start < count)
        {
            Assert.True(await FillAsync(), $"the stream ended: {count} bytes were due, {_end - _start} came");
        }

        return Take(count);
    }

    private async Task<bool> FillAsync()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        int read = await _stream.ReadAsync(_buffer.AsMemory(_end)).AsTask().WaitAsync(Patience);
        _end += read;
        return read > 0;
    }
}
