using Node.Controller.State;
using Node.Controller.Stores;
using Node.Protocol.Controller;

namespace Node.Controller.Service;

/// <summary>What the state says, in the words of the contract.</summary>
internal static class Answers
{
    public static RoomInfo Of(RoomView view)
    {
        RoomInfo info = new() { Room = view.Room, Members = (ulong)view.Members, UserCount = (ulong)view.UserCount, SinceMs = view.SinceMs };
        info.Users.AddRange(view.Users);
        info.Metadata.Add(view.Metadata.ToDictionary());
        foreach ((string node, int members) in view.Nodes)
        {
            info.Nodes.Add(node, (ulong)members);
        }

        return info;
    }

    public static UserInfo Of(string user, IReadOnlyList<ConnectionView> connections)
    {
        UserInfo info = new() { User = user };
        foreach (ConnectionView connection in connections)
        {
            UserConnection one = new()
            {
                Node = connection.Key.Node,
                Client = $"{connection.Key.Node}-{connection.Key.Number}",
                Generation = connection.Generation,
                SinceMs = connection.SinceMs,
            };
            one.Rooms.AddRange(connection.Rooms);
            info.Connections.Add(one);
        }

        return info;
    }

    public static RoomStats Of(StatsView stats) => new()
    {
        Rooms = (ulong)stats.Rooms,
        Members = (ulong)stats.Members,
        Users = (ulong)stats.Users,
        Connections = (ulong)stats.Connections,
        Nodes = (ulong)stats.Nodes,
    };

    public static ListRoomsResponse Of(RoomPage page)
    {
        ListRoomsResponse response = new() { Next = page.Next };
        response.Rooms.AddRange(page.Rooms.Select(room => new ListRoomsResponse.Types.Entry
        {
            Room = room.Room, Members = (ulong)room.Members, UserCount = (ulong)room.UserCount,
        }));
        return response;
    }

    public static NodeInfo Of(NodeView node) => new()
    {
        Node = node.Announced.Id,
        Incarnation = node.Announced.Incarnation,
        GrpcAddress = node.Announced.GrpcAddress,
        ClientUrl = node.Announced.ClientUrl,
        Connections = (ulong)node.Connections,
        Users = (ulong)node.Users,
        State = node.IsLost ? "lost" : node.Announced.State,
        Version = node.Announced.Version,
        SinceMs = node.SinceMs,
    };

    public static StoreStatus Of(StoreLag lag) => new()
    {
        Name = lag.Name,
        Available = lag.IsAvailable,
        Waiting = (ulong)lag.Waiting,
        WaitingBytes = (ulong)lag.WaitingBytes,
        BehindMs = lag.BehindMs,
        LastError = lag.LastError,
    };
}
