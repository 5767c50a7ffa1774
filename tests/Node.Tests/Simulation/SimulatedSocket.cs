using System.Net;
using Node.Transport;

namespace Node.Tests.Simulation;

/// <summary>One connection: the server's end for <see cref="SimulatedPoller"/>, the peer's for the test.</summary>
public sealed class SimulatedSocket
{
    private readonly Random _random;
    private readonly int _sendBufferBytes;
    private readonly List<byte> _toServer = [];
    private readonly List<byte> _toPeer = [];
    private bool _peerEnded;

    internal SimulatedSocket(Random random, int sendBufferBytes)
    {
        _random = random;
        _sendBufferBytes = sendBufferBytes;
    }

    /// <summary>The server has said that nothing more comes.</summary>
    public bool ServerEnded { get; private set; }

    /// <summary>The server has let go of its end.</summary>
    public bool ServerClosed { get; private set; }

    public bool IsReset { get; private set; }

    /// <summary>Bytes that the server has sent and the peer has not read.</summary>
    public int Unread => _toPeer.Count;

    /// <summary>Bytes that the peer has written and the server has not read.</summary>
    public int Undelivered => _toServer.Count;

    internal IPEndPoint? Listening { get; init; }

    internal Queue<SimulatedSocket> Backlog { get; } = new();

    internal bool IsConnecting { get; set; }

    internal bool IsWatched { get; set; }

    internal ulong Key { get; set; }

    internal Readiness Interest { get; set; }

    /// <summary>Something changed since it was last told of: what an edge-triggered watch waits for.</summary>
    internal bool HasEdge { get; set; }

    internal Readiness Readiness
    {
        get
        {
            if (Listening is not null)
            {
                return Backlog.Count > 0 ? Readiness.Readable : Readiness.None;
            }

            if (IsReset)
            {
                return Readiness.Readable | Readiness.Writable | Readiness.Broken;
            }

            if (IsConnecting)
            {
                return Readiness.None;
            }

            Readiness readiness = _toServer.Count > 0 || _peerEnded ? Readiness.Readable : Readiness.None;
            readiness |= _peerEnded ? Readiness.Ended : Readiness.None;
            return _toPeer.Count < _sendBufferBytes ? readiness | Readiness.Writable : readiness;
        }
    }

    /// <summary>The peer takes the connection that the server asked for.</summary>
    public void AcceptByPeer() => IsConnecting = false;

    /// <summary>The peer sends.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (!_peerEnded && !IsReset && !ServerClosed)
        {
            _toServer.AddRange(bytes);
            HasEdge = true;
        }
    }

    /// <summary>The peer reads up to so many bytes.</summary>
    public byte[] Read(int most = int.MaxValue)
    {
        int count = Math.Min(most, _toPeer.Count);
        byte[] bytes = [.. _toPeer[..count]];
        _toPeer.RemoveRange(0, count);
        return bytes;
    }

    /// <summary>The peer ends its stream.</summary>
    public void End()
    {
        _peerEnded = true;
        HasEdge = true;
    }

    /// <summary>The peer resets the connection: what is under way to it is lost.</summary>
    public void Reset()
    {
        IsReset = true;
        HasEdge = true;
        _toPeer.Clear();
    }

    internal int ReceiveFromPeer(Span<byte> destination, bool shorten)
    {
        if (IsConnecting)
        {
            return -Errno.Again;
        }

        if (_toServer.Count == 0)
        {
            return IsReset ? -Errno.ConnectionReset : _peerEnded ? 0 : -Errno.Again;
        }

        int count = Math.Min(destination.Length, _toServer.Count);
        count = shorten ? _random.Next(1, count + 1) : count;

        // What a shortened read left behind counts as come after it: a read that is not full has emptied the socket.
        HasEdge |= count < _toServer.Count;
        for (int i = 0; i < count; i++)
        {
            destination[i] = _toServer[i];
        }

        _toServer.RemoveRange(0, count);
        return count;
    }

    internal int SendToPeer(ReadOnlySpan<byte> source, bool shorten)
    {
        if (IsReset)
        {
            return -Errno.ConnectionReset;
        }

        if (ServerEnded)
        {
            return -Errno.BrokenPipe;
        }

        int count = Math.Min(source.Length, _sendBufferBytes - _toPeer.Count);
        if (IsConnecting || (count <= 0 && source.Length > 0))
        {
            return -Errno.Again;
        }

        count = shorten && count > 0 ? _random.Next(1, count + 1) : count;
        _toPeer.AddRange(source[..count]);
        return count;
    }

    internal int EndToPeer()
    {
        ServerEnded = true;
        return IsReset ? -107 : 0;
    }

    internal void CloseByServer()
    {
        ServerClosed = true;
        foreach (SimulatedSocket waiting in Backlog)
        {
            waiting.Reset();
        }
    }
}
