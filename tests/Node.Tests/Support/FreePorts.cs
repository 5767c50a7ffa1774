using System.Net;
using System.Net.Sockets;

namespace Node.Tests.Support;

/// <summary>Ports of loopback on which nobody listens, for servers that must be told theirs. Any thread.</summary>
/// <remarks>
/// None of those that the system gives to outgoing connections: while a server is away, a client that tries its port again and again would end up
/// connected to itself. And none twice: who asks for one does not listen at once.
/// </remarks>
internal static class FreePorts
{
    private const int First = 20_000;
    private const int Count = 12_000;

    // Another run on this machine begins elsewhere.
    private static int s_given = Random.Shared.Next(Count);

    public static int Next()
    {
        while (true)
        {
            int port = First + (int)((uint)Interlocked.Increment(ref s_given) % Count);
            try
            {
                using TcpListener listener = new(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken.
            }
        }
    }
}
