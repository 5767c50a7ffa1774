using Node.Transport;
using Node.Wire;

namespace Node.Hub;

/// <summary>
/// <c>/echo</c>: returns every data message as it came, with the same opcode. For conformance suites and benchmarks.
/// A peer that does not read its echoes is not read from, so it pushes back on itself. What it has sent before that, and
/// what it inflates to, may still be too much for its queue; then it is closed, because an echo must not leave anything out.
/// </summary>
internal sealed class EchoSession : Session
{
    private const int PauseBytes = 64 * 1024;

    public EchoSession(Connection connection, Bucket bucket, DeflateAgreement? deflate)
        : base(connection, bucket, deflate) => ScheduleDeadline();

    public override void OnDrained() => Connection.ResumeReading();

    private protected override void OnMessage(Opcode opcode, Span<byte> payload)
    {
        Send(opcode, payload, Bucket.Lossless);
        if (Connection.QueuedBytes > PauseBytes)
        {
            Connection.PauseReading();
        }
    }

    private protected override void OnEnded()
    {
    }
}
