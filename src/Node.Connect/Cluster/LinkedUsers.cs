using System.Runtime.InteropServices;
using Google.Protobuf;
using Node.Hub;
using Node.Protocol.Connect;
using Node.Rpc.Discovery;

namespace Node.Connect.Cluster;

/// <summary>
/// The users who have connections here. There may be a million, so no more is kept of one than his name, which is the hub's: which manager owns
/// him is computed when it matters, and one that is in step has been told of all that are its own. The bus's thread.
/// </summary>
internal sealed class LinkedUsers
{
    private readonly NamedItems<byte[], OwnNames> _names = new();
    private ulong _links;

    public int Count => _names.Count;

    /// <summary>A user's first connection is here.</summary>
    /// <param name="user">Its name is kept as it is, where it wraps an array.</param>
    /// <param name="owner">His manager, in step; null: it hears of him once it is.</param>
    public void Link(in TargetKey user, ManagerLink? owner)
    {
        if (_names.Put(BytesOf(user.Name)) && owner is not null)
        {
            SendLink(user, owner);
        }
    }

    /// <summary>His last one is gone.</summary>
    /// <inheritdoc cref="Link"/>
    public void Unlink(in TargetKey user, ManagerLink? owner)
    {
        if (_names.Remove(user.Name.Span))
        {
            owner?.Add(new FromNode.Types.Step { Unlink = user.ToTarget() });
        }
    }

    /// <summary>Tells a manager of all that are its own: before it is told what waits to be published, which may be for one of them.</summary>
    public void LinkAll(ManagerLink manager, ManagerView view)
    {
        foreach (byte[] name in _names.Items)
        {
            if (view.OwnerOf(Target.Types.Kind.User, name) == manager.Manager)
            {
                SendLink(BusPayload.KeyOf(BusTargetKind.User, name), manager);
            }
        }
    }

    private void SendLink(in TargetKey user, ManagerLink owner) =>
        owner.Add(new FromNode.Types.Step { Link = new Link { Target = user.ToTarget(), Number = ++_links } });

    // A name comes wrapped; the hub's own array is in it.
    private static byte[] BytesOf(ByteString name) =>
        MemoryMarshal.TryGetArray(name.Memory, out ArraySegment<byte> part) && part.Offset == 0 && part.Count == part.Array!.Length
            ? part.Array
            : name.ToByteArray();
}
