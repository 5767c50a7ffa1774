using System.Text;
using Grpc.Core;
using Node.Controller.State;
using Node.Protocol.Controller;

namespace Node.Controller.Service;

/// <summary>A node's batch in the words of the state, checked.</summary>
internal static class ReportReader
{
    // As client.md limits the names of users and rooms; ids of nodes are held to the same.
    private const int MostNameBytes = 128;

    /// <exception cref="RpcException">INVALID_ARGUMENT, with what is wrong.</exception>
    public static Report Read(NodeReport message, long session)
    {
        CheckName("node", message.Node);
        var changes = new Change[message.Changes.Count];
        for (int i = 0; i < changes.Length; i++)
        {
            changes[i] = Read(message.Changes[i]);
        }

        return new Report(session, message.Node, message.Incarnation, message.Batch, message.SnapshotBegin, message.SnapshotEnd, changes);
    }

    /// <exception cref="RpcException">INVALID_ARGUMENT: empty or too long.</exception>
    public static void CheckName(string what, string name)
    {
        if (name.Length == 0 || Encoding.UTF8.GetByteCount(name) > MostNameBytes)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"{what}: must have 1 to {MostNameBytes} bytes"));
        }
    }

    private static Change Read(NodeChange change)
    {
        (ChangeKind kind, string name) = change.Kind switch
        {
            NodeChange.Types.Kind.Connected => (ChangeKind.Connected, change.User),
            NodeChange.Types.Kind.Disconnected => (ChangeKind.Disconnected, ""),
            NodeChange.Types.Kind.Joined => (ChangeKind.Joined, change.Room),
            NodeChange.Types.Kind.Left => (ChangeKind.Left, change.Room),
            _ => throw new RpcException(new Status(StatusCode.InvalidArgument, $"kind {(int)change.Kind} of a change is unknown")),
        };
        if (kind != ChangeKind.Disconnected)
        {
            CheckName(kind == ChangeKind.Connected ? "user" : "room", name);
        }

        return new Change(kind, change.Connection, change.Generation, name, change.AtMs);
    }
}
