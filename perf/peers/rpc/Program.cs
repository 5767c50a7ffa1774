// A unary call on Node.Rpc (`rpc PORT`), and an endpoint of bare Kestrel that answers with the same bytes (`bare PORT`).
// `request FILE` writes the request that both are sent.
using System.Globalization;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Node.Protocol.Push;
using Node.Rpc;
using Peer.Rpc;

switch (args)
{
    case ["request", var file]:
        var request = new PushToUserRequest { User = "alice", Payload = new Payload { Data = ByteString.CopyFromUtf8("hello, alice") } };
        File.WriteAllBytes(file, Bare.Framed(request));
        break;
    case ["rpc", var port]:
        await using (var server = new RpcServer(new RpcServerOptions { Port = Number(port) }))
        {
            await server.MapGrpcService(new PushOne()).StartAsync();
            await WaitAsync(server.Port);
        }

        break;
    case ["bare", var port]:
        await using (WebApplication app = Bare.On(Number(port)))
        {
            await app.StartAsync();
            await WaitAsync(Number(port));
        }

        break;
    default:
        Console.Error.WriteLine("usage: Peer.Rpc rpc PORT | bare PORT | request FILE");
        return 2;
}

return 0;

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static async Task WaitAsync(int port)
{
    Console.WriteLine($"listening {port}");
    await Task.Delay(Timeout.Infinite);
}
