using System.Diagnostics.CodeAnalysis;

namespace Grpc.Core;

/// <summary>What a call is given besides its messages.</summary>
/// <param name="Headers">Sent before the first message.</param>
/// <param name="Deadline">UTC. The server learns of it; after it the call is over on both sides.</param>
/// <param name="CancellationToken">Ends the call on both sides.</param>
/// <param name="WriteOptions">For every message that has none of its own.</param>
[method: SuppressMessage("Design", "CA1068", Justification = "Generated code and its users know this order.")]
public readonly record struct CallOptions(
    Metadata? Headers = null,
    DateTime? Deadline = null,
    CancellationToken CancellationToken = default,
    WriteOptions? WriteOptions = null)
{
    public CallOptions WithHeaders(Metadata headers) => this with { Headers = headers };

    public CallOptions WithDeadline(DateTime deadline) => this with { Deadline = deadline };

    public CallOptions WithCancellationToken(CancellationToken cancellation) => this with { CancellationToken = cancellation };

    public CallOptions WithWriteOptions(WriteOptions writeOptions) => this with { WriteOptions = writeOptions };
}
