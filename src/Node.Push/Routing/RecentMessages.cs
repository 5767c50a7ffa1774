using Google.Protobuf;
using Node.Protocol.Connect;
using Node.Rpc.Discovery;

namespace Node.Push.Routing;

/// <summary>
/// What was pushed lately: by id, so that a repeated push is known as one, and by room, for nodes that come back. Bounded in time,
/// number and bytes. The router's thread.
/// </summary>
internal sealed class RecentMessages
{
    public const int KeepMs = 30_000;

    /// <summary>Pushes with an application's own key are known for longer.</summary>
    public const int KeepKeysMs = 300_000;

    private const int MaxMessages = 1_000_000;
    private const long MaxBytes = 128L * 1024 * 1024;

    private readonly Dictionary<MessageKey, PushedMessage> _byKey = [];
    private readonly Dictionary<TargetKey, List<PushedMessage>> _byRoom = [];
    private readonly Queue<PushedMessage> _byAge = new();
    private readonly Queue<PushedMessage> _keysByAge = new();
    private long _bytes;

    public int Count => _byKey.Count;

    public bool TryFind(in MessageKey key, out PushedMessage message) => _byKey.TryGetValue(key, out message!);

    public void Add(PushedMessage message)
    {
        _byKey[message.Key] = message;
        _byAge.Enqueue(message);
        _bytes += message.Bytes;
        if (message.Target.Kind == Target.Types.Kind.Room)
        {
            InRoom(message.Target).Add(message);
        }
    }

    /// <summary>A room's messages after an offset, up to the latest; fewer where they do not lie here without a gap.</summary>
    public List<PushedMessage> After(TargetKey room, ByteString epoch, ulong offset)
    {
        List<PushedMessage> sent = _byRoom.GetValueOrDefault(room) ?? [];
        int start = sent.Count;
        while (start > 0 && sent[start - 1].Delivery is { } delivery && delivery.Offset > offset && delivery.Epoch == epoch
            && (start == sent.Count || delivery.Offset + 1 == sent[start].Delivery.Offset))
        {
            start--;
        }

        return sent[start..];
    }

    /// <summary>A node tells with its link what it has had, acknowledged or not.</summary>
    public void Had(TargetKey room, ByteString epoch, ulong offset, string node)
    {
        foreach (PushedMessage message in _byRoom.GetValueOrDefault(room) ?? [])
        {
            if (message.Outcome is null && message.Delivery.Offset <= offset && message.Delivery.Epoch == epoch)
            {
                message.Reached(node, 0);
            }
        }
    }

    /// <summary>Whether a number was given here to this very message; one that is too old to be known is taken to be.</summary>
    public bool IsOwn(TargetKey room, Delivery delivery)
    {
        List<PushedMessage> sent = _byRoom.GetValueOrDefault(room) ?? [];
        PushedMessage? own = sent.Find(message => message.Delivery.Offset == delivery.Offset && message.Delivery.Epoch == delivery.Epoch);
        return own is null ? sent.Count == 0 || delivery.Offset < sent[0].Delivery.Offset : own.Key == MessageKey.Of(room, delivery.Id);
    }

    /// <summary>A message that a node has kept: its id is known now, and its number is its answer.</summary>
    public void Restore(TargetKey room, Delivery delivery, long now)
    {
        if (TryFind(MessageKey.Of(room, delivery.Id), out PushedMessage known))
        {
            InRoom(room).Add(known);
            return;
        }

        var message = new PushedMessage(room, delivery, now);
        message.Sent();
        Add(message);
    }

    /// <summary>Forgets a target's messages, but for the answers that were given.</summary>
    /// <returns>Those without an answer, in order.</returns>
    public List<PushedMessage> TakeUnanswered(TargetKey target)
    {
        if (!_byRoom.Remove(target, out List<PushedMessage>? sent))
        {
            return [];
        }

        List<PushedMessage> unanswered = [.. sent.Where(message => message.Outcome is null)];
        unanswered.ForEach(Forget);
        return unanswered;
    }

    /// <summary>Nobody is there any more.</summary>
    public void Forget(TargetKey target) => _byRoom.Remove(target);

    /// <summary>The same push is a new one from now on.</summary>
    public void Forget(PushedMessage message)
    {
        if (_byKey.TryGetValue(message.Key, out PushedMessage? found) && ReferenceEquals(found, message))
        {
            _byKey.Remove(message.Key);
        }
    }

    public void Expire(long now)
    {
        while (_byAge.TryPeek(out PushedMessage? oldest)
            && (now - oldest.TakenAt > KeepMs || _bytes > MaxBytes || _byAge.Count > MaxMessages))
        {
            _byAge.Dequeue();
            _bytes -= oldest.Bytes;
            ForgetInTarget(oldest);
            if (oldest.Key.Key.Length > 0 && _keysByAge.Count < MaxMessages)
            {
                // Its outcome is what is asked for from now on.
                oldest.ForgetPayload();
                _keysByAge.Enqueue(oldest);
            }
            else
            {
                Forget(oldest);
            }
        }

        while (_keysByAge.TryPeek(out PushedMessage? oldest) && now - oldest.TakenAt > KeepKeysMs)
        {
            Forget(_keysByAge.Dequeue());
        }
    }

    private List<PushedMessage> InRoom(TargetKey target)
    {
        if (!_byRoom.TryGetValue(target, out List<PushedMessage>? sent))
        {
            _byRoom.Add(target, sent = []);
        }

        return sent;
    }

    private void ForgetInTarget(PushedMessage message)
    {
        if (_byRoom.TryGetValue(message.Target, out List<PushedMessage>? sent) && sent.Count > 0 && ReferenceEquals(sent[0], message))
        {
            sent.RemoveAt(0);
            if (sent.Count == 0)
            {
                _byRoom.Remove(message.Target);
            }
        }
    }
}
