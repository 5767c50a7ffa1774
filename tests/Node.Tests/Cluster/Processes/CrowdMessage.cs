namespace Node.Tests.Cluster.Processes;

/// <summary>A message of a room, as somebody got it or was answered.</summary>
/// <param name="Epoch">The life of the room; empty where the answer does not say.</param>
/// <param name="Offset">Its number in that life.</param>
/// <param name="Id">What its publisher called it.</param>
internal sealed record CrowdMessage(string Epoch, ulong Offset, string Id);
