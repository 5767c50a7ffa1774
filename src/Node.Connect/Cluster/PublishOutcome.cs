using Grpc.Core;

namespace Node.Connect.Cluster;

/// <summary>What became of a publish on the bus.</summary>
/// <param name="Code">UNAVAILABLE: no owner has answered in time, and the message may or may not be delivered.</param>
/// <param name="Offset">Rooms only.</param>
/// <param name="Connections">Connections that it was enqueued for, on all nodes; 0 for a room or user that is nowhere.</param>
internal readonly record struct PublishOutcome(StatusCode Code, ulong Offset, ulong Connections);
