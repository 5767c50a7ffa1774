using System.Net;

namespace Node.Tests.Cluster.Processes;

/// <summary>Where a process runs.</summary>
/// <param name="Host">Its address there.</param>
/// <param name="Wrapper">The command that starts another one there; empty: none is needed.</param>
internal sealed record ProcessPlace(IPAddress Host, string[] Wrapper)
{
    public static ProcessPlace Here { get; } = new(IPAddress.Loopback, []);
}
