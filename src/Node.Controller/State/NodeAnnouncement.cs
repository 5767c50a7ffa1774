namespace Node.Controller.State;

/// <summary>A node as the registry shows it, or as a store remembers it.</summary>
/// <param name="Id">Unique among all nodes.</param>
/// <param name="Incarnation">Start of the process: a higher one voids what a lower one said.</param>
/// <param name="GrpcAddress">Host and port of its gRPC; empty: not known.</param>
/// <param name="ClientUrl">Where clients connect; empty: not known.</param>
/// <param name="State"><c>starting</c>, <c>ready</c>, <c>draining</c>; empty: not known.</param>
/// <param name="Version">Of the program.</param>
public sealed record NodeAnnouncement(
    string Id, ulong Incarnation, string GrpcAddress = "", string ClientUrl = "", string State = "", string Version = "");
