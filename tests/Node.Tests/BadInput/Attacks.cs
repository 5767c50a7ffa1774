using System.Net;
using System.Net.Sockets;
using System.Text;
using Node.Tests.Support;
using Node.Wire;

namespace Node.Tests.BadInput;

/// <summary>What the internet sends to an open port, each by seeds, so that what fails once fails again.</summary>
internal static class Attacks
{
    private const int AtOnce = 16;

    private static readonly string[] Openings =
    [
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", "SSH-2.0-OpenSSH_9.2\r\n",
        "EHLO mail.example\r\n", "*1\r\n$4\r\nPING\r\n", "GET / HTTP/1.1\r\n\r\n", "POST /ws HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabcdefghi",
        "GET /health HTTP/1.1\r\nHost: a\r\n\r\nGET /health HTTP/1.1\r\nHost: a\r\n\r\n", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://a/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", "GET /ws HTTP/1.1\r\nHost: a\r\nX: ",
        "\r\n\r\n\r\n", "\0\0\0\0", "<policy-file-request/>\0", "GIOP\x01\x00", "\x03\x00\x00\x2f\x2a\xe0",
    ];

    public static Task OtherProtocols(IPEndPoint node) => EachAsync(Openings.Length, async i =>
    {
        await using RawClient client = await RawClient.ConnectAsync(node);
        await SendAsync(client, Encoding.Latin1.GetBytes(Openings[i]));
        client.EndSending();
        await client.ReadRestAsync();
    });

    public static Task RandomBytes(IPEndPoint node) => EachAsync(300, async seed =>
    {
        var random = new Random(seed);
        byte[] bytes = new byte[random.Next(1, 20_000)];
        random.NextBytes(bytes);
        await using RawClient client = await RawClient.ConnectAsync(node);
        await SendAsync(client, seed % 2 == 0 ? bytes : [.. UpgradeRequest.To("/ws?user=random"), .. bytes]);
        client.EndSending();
        await client.ReadRestAsync();
    });

    public static Task HugeHeaders(IPEndPoint node) => EachAsync(20, async i =>
    {
        await using RawClient client = await RawClient.ConnectAsync(node);
        byte[] line = Encoding.ASCII.GetBytes(i % 2 == 0 ? new string('x', 4 * 1024 * 1024) : "X: y\r\n");
        await SendAsync(client, Encoding.ASCII.GetBytes("GET /ws HTTP/1.1\r\n"));
        for (int n = 0; n < (i % 2 == 0 ? 1 : 10_000) && await SendAsync(client, line); n++)
        {
            // Until the node has had enough of it.
        }

        await client.ReadRestAsync();
    });

    public static Task TwoByteStarts(IPEndPoint node)
    {
        TwoByteStart[] starts = [.. TwoByteStart.Sample];
        return EachAsync(starts.Length, i => starts[i].TryAsync(node));
    }

    /// <summary>Valid frames with octets changed, left out, doubled.</summary>
    public static Task MutatedFrames(IPEndPoint node) => EachAsync(1500, async seed =>
    {
        var random = new Random(seed);
        List<byte> bytes = [.. Conversation(seed % 2 == 0 ? "/echo" : "/ws?user=mutant")];
        for (int n = random.Next(1, 6); n > 0; n--)
        {
            // The handshake stays whole more often than not: behind it is where most of the code is.
            int at = random.Next(random.Next(4) == 0 ? 0 : 200, bytes.Count);
            switch (random.Next(3))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes.RemoveAt(at); break;
                case 2: bytes.Insert(at, (byte)random.Next(256)); break;
            }
        }

        await using RawClient client = await RawClient.ConnectAsync(node);
        await SendAsync(client, [.. bytes]);
        client.EndSending();
        await client.ReadRestAsync();
    });

    /// <summary>The same conversation, broken off at every octet: by an end, and by a reset.</summary>
    public static Task BrokenOff(IPEndPoint node)
    {
        byte[] bytes = Conversation("/ws?user=broken");
        return EachAsync(bytes.Length * 2, async i =>
        {
            await using RawClient client = await RawClient.ConnectAsync(node);
            await SendAsync(client, bytes[..(i / 2)]);
            if (i % 2 == 0)
            {
                client.EndSending();
                await client.ReadRestAsync();
            }

            client.Abort();
        });
    }

    /// <summary>Resets while the node is writing: it is told to send a lot, and the peer is gone.</summary>
    public static Task ResetsWhileWriting(IPEndPoint node) => EachAsync(100, async seed =>
    {
        await using RawClient client = await RawClient.ConnectAsync(node);
        await client.OpenAsync("/echo");
        byte[] message = ClientFrame.Binary(new byte[60_000]);
        for (int n = new Random(seed).Next(1, 20); n > 0; n--)
        {
            await SendAsync(client, message);
        }

        client.Abort();
    });

    /// <summary>A few KB each that inflate to far more than a message may be.</summary>
    public static Task Bombs(IPEndPoint node)
    {
        using var deflater = new Deflater(15, 9, contextTakeover: false);
        var deflated = new System.Buffers.ArrayBufferWriter<byte>();
        deflater.Compress(new byte[50_000_000], deflated);
        byte[] bomb = ClientFrame.Of(Opcode.Binary, deflated.WrittenSpan.ToArray(), reserved: 4);
        return EachAsync(100, async _ =>
        {
            await using RawClient client = await RawClient.ConnectAsync(node);
            await client.OpenAsync("/echo", ("Sec-WebSocket-Extensions", "permessage-deflate"));
            await SendAsync(client, bomb);
            Assert.Equal(CloseCode.MessageTooBig, await client.ReadCloseAsync());
        });
    }

    /// <summary>Runs a number of attackers, several at a time.</summary>
    public static async Task EachAsync(int count, Func<int, Task> attack) =>
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) => await attack(i));

    private static byte[] Conversation(string path) =>
    [
        .. UpgradeRequest.To(path),
        .. ClientFrame.Text("""{"message_id":"join","seq":1,"room":"elsewhere"}"""),
        .. ClientFrame.Text("""{"message_id":"publish",""", fin: false), .. ClientFrame.Ping("between"),
        .. ClientFrame.More(""" "seq":2,"room":"elsewhere","data":"Grüße"}""", fin: true), .. ClientFrame.Pong(),
        .. ClientFrame.Text("""{"message_id":"leave","seq":3,"room":"elsewhere"}"""), .. ClientFrame.Close(CloseCode.Normal, "done"),
    ];

    /// <returns>False when the node has ended the connection, as it may at any time.</returns>
    private static async Task<bool> SendAsync(RawClient client, byte[] bytes)
    {
        try
        {
            await client.SendAsync(bytes);
            return true;
        }
        catch (IOException exception) when (exception.InnerException is SocketException)
        {
            return false;
        }
    }
}
