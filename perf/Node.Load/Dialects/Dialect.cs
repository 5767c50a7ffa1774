using Node.Load.Net;
using Node.Load.Run;

namespace Node.Load.Dialects;

/// <summary>
/// How a client takes part in a room, or talks with itself, in the words of one kind of server. Holds no state of a connection.
/// </summary>
internal abstract class Dialect
{
    public static string Names => "raw, hub, signalr, nats";

    /// <summary>Of what is sent.</summary>
    public virtual byte Opcode => ServerFrame.Text;

    /// <summary>What is said begins and ends anywhere in frames, many to a frame or many frames to one; else each frame is one.</summary>
    public virtual bool IsStream => false;

    /// <summary>Frames that are sent when the handshake is done; empty: the connection is usable at once.</summary>
    public virtual byte[] Greeting(Client client) => [];

    /// <summary>The frame that answers a <see cref="Saying.Ping"/>.</summary>
    public virtual byte[] Pong => [];

    /// <exception cref="ArgumentException">There is no such protocol.</exception>
    public static Dialect Create(LoadOptions options) => options.Protocol switch
    {
        "raw" => new RawDialect(),
        "hub" => new HubDialect(options),
        "signalr" => new SignalRDialect(options),
        "nats" => new NatsDialect(options),
        string name => throw new ArgumentException($"--protocol {name}: there are {Names}."),
    };

    /// <summary>The path and query of a connection, each a user of its own where the server knows users.</summary>
    /// <param name="path">Of --path, or what the scenario asks for without it: where there is no other language.</param>
    /// <param name="number">Of the connection.</param>
    public virtual string TargetOf(string path, int number) => path;

    /// <summary>False while there is only a part of what is being said.</summary>
    /// <exception cref="ProtocolException">It refused, or this is not its language.</exception>
    public abstract bool TryRead(ReadOnlySpan<byte> data, out Said said);

    /// <summary>What sends <paramref name="text"/>, which needs no escape, to everybody in the room, or back to the client itself.</summary>
    public abstract byte[] CreateMessage(Client client, ReadOnlySpan<byte> text);
}
