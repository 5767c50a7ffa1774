using System.Text;
using Node.Wire.Messages;

namespace Node.Hub;

/// <summary>What a client is told once its user is known.</summary>
internal static class ConnectReply
{
    private const int ProtocolVersion = 1;

    public static void Send(Channel channel, ulong seq)
    {
        JsonDataWriter json = channel.Bucket.BeginJson();
        json.BeginObject();
        json.Name("client"u8);
        json.String(Encoding.UTF8.GetBytes(channel.ClientId));
        json.Name("node"u8);
        json.String(Encoding.UTF8.GetBytes(channel.Bucket.Options.NodeId));
        json.Name("version"u8);
        json.Number(ProtocolVersion);
        json.Name("heartbeat_ms"u8);
        json.Number((ulong)channel.Bucket.Options.HeartbeatInterval);
        json.EndObject();

        var reply = new ClientMessage { MessageId = Routes.Connect, Seq = seq, User = channel.UserName };
        reply.SetJson(channel.Bucket.Json);
        channel.Send(reply);
    }
}
