using Node.Protocol.Connect;

namespace Node.Rpc.Discovery;

/// <summary>
/// Which push-manager owns a target: the one whose hash with it is the highest (protocol/cluster.md, "Who numbers a room"). When
/// managers come or go, only targets that they win or had change their owner. Pure; allocates nothing; any thread.
/// </summary>
public static class Rendezvous
{
    internal const ulong Basis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <returns>Null: there are no managers.</returns>
    public static ManagerKey? Owner(ManagerView view, Target.Types.Kind kind, ReadOnlySpan<byte> name)
    {
        int best = -1;
        ulong highest = 0;
        for (int i = 0; i < view.Count; i++)
        {
            ulong weight = Weight(view.SeedOf(i), kind, name);
            // In order of the ids: of equal weights the first one stays.
            if (best < 0 || weight > highest)
            {
                (best, highest) = (i, weight);
            }
        }

        return best < 0 ? null : view[best];
    }

    /// <summary>64-bit FNV-1a, going on from a hash of what came before.</summary>
    internal static ulong Hash(ulong hash, ReadOnlySpan<byte> bytes)
    {
        foreach (byte octet in bytes)
        {
            hash = (hash ^ octet) * Prime;
        }

        return hash;
    }

    internal static ulong Weight(ulong seed, Target.Types.Kind kind, ReadOnlySpan<byte> name) =>
        Finish(Hash((seed ^ (byte)kind) * Prime, name));

    // FNV alone leaves its high bits, which decide here, nearly untouched by the last octets.
    private static ulong Finish(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        return hash ^ (hash >> 33);
    }
}
