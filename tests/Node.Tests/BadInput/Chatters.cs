using System.Text.Json;
using Node.Tests.Support;
using Node.Wire;

namespace Node.Tests.BadInput;

/// <summary>
/// Well-behaved clients in one room, whom nothing that others do may disturb: they publish by turns for as long as they are let,
/// and check that every message reaches every one of them once and in order.
/// </summary>
internal sealed class Chatters : IAsyncDisposable
{
    public const string Room = "lobby";

    private readonly List<RawClient> _clients = [];
    private int _published;
    private volatile bool _done;

    /// <summary>Messages that every one of them has heard.</summary>
    public int Published => _published;

    public static async Task<Chatters> JoinAsync(System.Net.IPEndPoint node, int count)
    {
        var chatters = new Chatters();
        for (int i = 0; i < count; i++)
        {
            RawClient client = await RawClient.ConnectAsync(node);
            chatters._clients.Add(client);
            await client.OpenAsync($"/ws?user=chatter-{i}");
            await client.SendAsync(ClientFrame.Text($$"""{"message_id":"join","seq":1,"room":"{{Room}}"}"""));
            while (Read(await client.ReadFrameAsync()).Seq != 1)
            {
                // The node's own connect message, and those who joined before.
            }
        }

        return chatters;
    }

    /// <summary>Publishes one message after the other until <paramref name="attack"/> ends.</summary>
    public async Task ChatWhileAsync(Func<Task> attack)
    {
        _done = false;
        Task chatting = ChatOnAsync();
        try
        {
            Task attacking = attack();
            Task first = await Task.WhenAny(attacking, chatting);
            await first;
            await attacking;
        }
        finally
        {
            _done = true;
            await chatting;
        }
    }

    /// <summary>Publishes messages by turns, each heard by all before the next.</summary>
    /// <param name="count">How many.</param>
    /// <param name="padding">What stands in each beside its number; no quotes.</param>
    public async Task ChatAsync(int count, string padding)
    {
        for (int i = 0; i < count; i++, _published++)
        {
            RawClient speaker = _clients[_published % _clients.Count];
            string data = $$"""{"number":{{_published}},"padding":"{{padding}}"}""";
            await speaker.SendAsync(ClientFrame.Text($$"""{"message_id":"publish","room":"{{Room}}","data":{{data}}}"""));
            await Task.WhenAll(_clients.Select(client => HearAsync(client, _published)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RawClient client in _clients)
        {
            await client.DisposeAsync();
        }
    }

    private async Task ChatOnAsync()
    {
        do
        {
            await ChatAsync(1, "");
        }
        while (!_done);
    }

    private static async Task HearAsync(RawClient client, int expected)
    {
        while (true)
        {
            ServerFrame frame = await client.ReadFrameAsync();
            if (frame.Opcode == Opcode.Ping)
            {
                await client.SendAsync(ClientFrame.Of(Opcode.Pong, frame.Payload));
                continue;
            }

            Assert.Equal(Opcode.Text, frame.Opcode);
            (string messageId, _, int? number) = Read(frame);
            if (messageId == "publish")
            {
                Assert.Equal(expected, number);
                return;
            }
        }
    }

    private static (string MessageId, int Seq, int? Number) Read(ServerFrame frame)
    {
        using JsonDocument json = JsonDocument.Parse(frame.Payload);
        JsonElement root = json.RootElement;
        return (
            root.GetProperty("message_id").GetString()!,
            root.TryGetProperty("seq", out JsonElement seq) ? seq.GetInt32() : 0,
            root.TryGetProperty("data", out JsonElement data) && data.TryGetProperty("number", out JsonElement number) ? number.GetInt32() : null);
    }
}
