namespace Node.Transport;

/// <summary>
/// What a connection's bytes mean to somebody: the waist between transport and protocol. All members are called on the
/// loop's thread. An exception that escapes aborts this connection, and no other.
/// </summary>
public abstract class ConnectionHandler
{
    /// <summary>A connection that was asked for (<see cref="EventLoop.Connect"/>) is there.</summary>
    public virtual void OnConnected()
    {
    }

    /// <summary>
    /// Bytes came in. They may be changed in place, and are gone when the call returns.
    /// </summary>
    /// <returns>
    /// How many of them were consumed. The rest comes again with more behind it, so it should be short: the start of a header,
    /// not half a message. More than <see cref="EventLoop.MaxLeftover"/> breaks the connection.
    /// </returns>
    public abstract int OnReceive(Span<byte> data);

    /// <summary>The deadline that <see cref="Connection.SetDeadline"/> set has passed.</summary>
    public virtual void OnDeadline()
    {
    }

    /// <summary>A frame found the send queue full and its policy is <see cref="Overflow.Close"/>: say goodbye and close.</summary>
    public abstract void OnOverflow();

    /// <summary>What had to wait is sent; the connection keeps up again.</summary>
    public virtual void OnDrained()
    {
    }

    /// <summary>
    /// The connection is gone. The last call, once, at the end of a turn: never from within another call.
    /// </summary>
    public abstract void OnClosed(CloseCause cause);
}

/// <summary>Who or what ended a connection.</summary>
public enum CloseCause
{
    /// <summary>This side, by <see cref="Connection.Close"/>.</summary>
    Local,

    /// <summary>The peer ended its stream.</summary>
    Peer,

    /// <summary>A reset or another error of the network.</summary>
    Network,

    /// <summary><see cref="Connection.Abort"/>, a deadline while closing, or a handler that failed.</summary>
    Aborted,

    /// <summary>It never came to be: refused, unreachable, timed out, TLS handshake failed.</summary>
    NotConnected,
}
