using System.Text;
using Node.Tests.Support;
using Node.Wire;

namespace Node.Tests.Conformance;

/// <summary>
/// A case of conformance: what a client sends behind its handshake, and what has to come back from <c>/echo</c>. How the bytes
/// are cut on their way must not matter, so a case does not say it. Ids follow those of the Autobahn testsuite.
/// </summary>
internal sealed class WireCase(string id)
{
    private readonly List<byte> _sent = [];
    private readonly List<ServerFrame> _expected = [];

    public string Id { get; } = id;

    public byte[] Sent => [.. _sent];

    public IReadOnlyList<ServerFrame> Expected => _expected;

    /// <summary>The code of the close frame that has to come last; null: the connection lives on.</summary>
    public ushort? ClosedBy { get; private set; }

    public WireCase Send(params byte[][] frames)
    {
        _sent.AddRange(frames.SelectMany(frame => frame));
        return this;
    }

    public WireCase Returns(string text) => Returns(Opcode.Text, Encoding.UTF8.GetBytes(text));

    public WireCase Returns(Opcode opcode, byte[] payload)
    {
        _expected.Add(new ServerFrame(opcode, true, false, payload));
        return this;
    }

    public WireCase Pongs(string payload = "") => Returns(Opcode.Pong, Encoding.UTF8.GetBytes(payload));

    /// <summary>The node says goodbye with this code; <see cref="CloseCode.NoStatus"/> for a close frame without one.</summary>
    public WireCase Closes(int code)
    {
        ClosedBy = (ushort)code;
        return this;
    }
}
