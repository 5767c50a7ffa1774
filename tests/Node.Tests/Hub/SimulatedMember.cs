using Node.Tests.Messages;

namespace Node.Tests.Hub;

/// <summary>A client that knows what it asked for and checks what it is told.</summary>
internal sealed class SimulatedMember(SimulatedClient client, string user, SimulatedLedger ledger)
{
    private readonly Dictionary<ulong, MessageModel> _asked = [];
    private readonly Dictionary<string, (string Epoch, ulong Last)> _rooms = [];
    private readonly Dictionary<string, (string Epoch, ulong Last)> _left = [];
    private readonly HashSet<string> _directs = [];
    private readonly Queue<byte> _unsent = new();
    private ulong _seq;

    public SimulatedClient Client { get; } = client;

    public string User { get; } = user;

    public bool IsGone { get; private set; }

    public bool IsIn(string room) => _rooms.ContainsKey(room);

    public ulong LastIn(string room) => _rooms[room].Last;

    public void Ask(string route, string room, string data = "") => Ask(HubClient.Of(route, room, data));

    public void Join(string room, bool recover)
    {
        bool isKnown = _rooms.ContainsKey(room) || _asked.Values.Any(asked => asked.Room == room && asked.MessageId is "join" or "leave");
        MessageModel join = HubClient.Of("join", room);
        Ask(recover && !isKnown && _left.TryGetValue(room, out var left) ? join with { Epoch = left.Epoch, Offset = left.Last } : join);
    }

    public void Publish(string room) => Ask("publish", room, $"\"{ledger.NewText(User)}\"");

    public void Direct(string target) => Ask(HubClient.Of("direct", data: $"\"{ledger.NewText(User)}\"") with { User = target });

    public void Say(byte[] frame) => Array.ForEach(frame, _unsent.Enqueue);

    public void Reset(Random random)
    {
        IsGone = true;
        if (random.Next(2) == 0)
        {
            Client.Socket.Reset();
        }
        else
        {
            Client.Socket.End();
        }
    }

    /// <summary>Some of what is to be said goes out, some of what has come is read; a slow one reads nothing for a while.</summary>
    public void Exchange(Random random, int most)
    {
        if (IsGone)
        {
            return;
        }

        int count = Math.Min(_unsent.Count, most == int.MaxValue ? most : random.Next(300));
        Client.Socket.Write(Enumerable.Range(0, count).Select(_ => _unsent.Dequeue()).ToArray());
        if (most == int.MaxValue || random.Next(4) > 0)
        {
            Client.Read(most);
        }

        Client.Take().ForEach(Hear);
    }

    public void Flush()
    {
        if (!IsGone)
        {
            Client.Socket.Write([.. _unsent]);
            _unsent.Clear();
        }
    }

    /// <summary>Each request has got its one reply.</summary>
    public void CheckAnswered() => Assert.Empty(_asked);

    private void Ask(MessageModel request)
    {
        request = request with { Seq = ++_seq };
        _asked.Add(request.Seq, request);
        Say(Client.Peer.Frame(request));
    }

    private void Hear(MessageModel message)
    {
        if (message.Seq > 0)
        {
            Assert.True(_asked.Remove(message.Seq, out MessageModel? asked), $"a second reply to {message.Seq}");
            Assert.Equal(asked.MessageId, message.MessageId);
            Answered(asked, message);
            return;
        }

        switch (message.MessageId)
        {
            case "publish":
                HearInRoom(message);
                break;
            case "direct":
                Assert.True(_directs.Add(message.Data), "a direct message came twice");
                break;
            case "joined" or "left":
                Assert.True(ledger.IsLossy || _rooms.ContainsKey(message.Room), $"told of {message.Room} from outside");
                break;
            default:
                Assert.True(message.MessageId is "connect" or "notice", $"unasked: {message}");
                break;
        }
    }

    private void HearInRoom(MessageModel message)
    {
        if (_rooms.TryGetValue(message.Room, out var room))
        {
            ledger.Told(message.Room, room.Epoch, message.Offset, room.Last, message.Data);
            _rooms[message.Room] = (room.Epoch, message.Offset);
        }
        else
        {
            Assert.True(ledger.IsLossy, $"{message.Room}: a message for somebody who is not in it");
        }
    }

    private void Answered(MessageModel asked, MessageModel reply)
    {
        if (reply.ErrorCode != 0)
        {
            return;
        }

        switch (asked.MessageId)
        {
            case "join":
                Joined(asked, reply);
                break;
            case "leave" when _rooms.Remove(asked.Room, out var left):
                _left[asked.Room] = left;
                break;
            case "publish" when _rooms.TryGetValue(asked.Room, out var room) && !ledger.IsLossy:
                ledger.Expect(asked.Room, room.Epoch, reply.Offset, asked.Data);
                break;
        }
    }

    private void Joined(MessageModel asked, MessageModel reply)
    {
        bool recovered = reply.Data.Contains("\"recovered\":true", StringComparison.Ordinal);
        if (_rooms.TryGetValue(asked.Room, out var room) && !ledger.IsLossy)
        {
            // In it already: the reply stands in the stream where its offset says.
            Assert.Equal((room.Epoch, room.Last), (reply.Epoch, reply.Offset));
        }

        _rooms[asked.Room] = (reply.Epoch, recovered ? asked.Offset : reply.Offset);
    }
}
