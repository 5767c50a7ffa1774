using System.Text;
using Node.Hub;
using Node.Wire.Messages;

namespace Node.Tests.Hub;

/// <summary>What a room remembers: bounded in number, bytes and age, and without a hole.</summary>
public class RoomLogTests
{
    [Fact]
    public void It_keeps_the_latest_messages_within_each_bound()
    {
        using var log = new RoomLog(new HistoryOptions(MaxMessages: 10, MaxBytes: 60, TimeToLive: 1_000));
        for (ulong offset = 1; offset <= 25; offset++)
        {
            Append(log, offset, "user", "12345", now: 0);
        }

        // Nine bytes each.
        Assert.Equal([20, 21, 22, 23, 24, 25], Offsets(log));
        Assert.Equal("user:12345", Text(log.Read(0)));
        log.Apply(new HistoryOptions(MaxMessages: 2));
        Assert.Equal([24, 25], Offsets(log));
        log.Apply(new HistoryOptions(MaxMessages: 100, TimeToLive: 1_000));
        for (ulong offset = 26; offset <= 50; offset++)
        {
            Append(log, offset, "user", "12345", now: 0);
        }

        Assert.Equal(27, log.Count);
        Assert.Equal(50UL, log.Read(26).Offset);
    }

    [Fact]
    public void A_message_above_the_bound_is_not_kept_and_leaves_no_hole()
    {
        using var log = new RoomLog(new HistoryOptions(MaxMessages: 10, MaxBytes: 20));
        Append(log, 1, "a", "1", now: 0);
        Append(log, 2, "a", new string('2', 30), now: 0);
        Assert.Equal(0, log.Count);
        Append(log, 3, "a", "3", now: 0);
        Assert.False(log.TryFind(last: 3, after: 1, now: 0, out _));
        Assert.True(log.TryFind(last: 3, after: 2, now: 0, out int start));
        Assert.Equal(3UL, log.Read(start).Offset);
    }

    [Fact]
    public void What_is_too_old_is_forgotten()
    {
        using var log = new RoomLog(new HistoryOptions(TimeToLive: 1_000));
        Append(log, 1, "a", "1", now: 0);
        Append(log, 2, "a", "2", now: 600);
        Assert.True(log.TryFind(last: 2, after: 0, now: 1_000, out _));
        Assert.False(log.TryFind(last: 2, after: 0, now: 1_001, out _));
        Assert.Equal([2], Offsets(log));
        Assert.True(log.TryFind(last: 2, after: 2, now: 5_000, out _));
        Assert.Equal(0, log.Count);
    }

    private static void Append(RoomLog log, ulong offset, string user, string data, long now) =>
        log.Append(offset, Encoding.UTF8.GetBytes(user), DataKind.Json, Encoding.UTF8.GetBytes(data), now);

    private static ulong[] Offsets(RoomLog log)
    {
        var offsets = new ulong[log.Count];
        for (int i = 0; i < offsets.Length; i++)
        {
            offsets[i] = log.Read(i).Offset;
        }

        return offsets;
    }

    private static string Text(LoggedMessage message) => $"{Encoding.UTF8.GetString(message.User)}:{Encoding.UTF8.GetString(message.Data)}";
}
