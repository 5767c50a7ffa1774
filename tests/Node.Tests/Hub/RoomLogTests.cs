using System.Text;
using Node.Hub;
using Node.Wire.Messages;

namespace Node.Tests.Hub;

/// <summary>What a room remembers: bounded in number, bytes and age, and without a hole.</summary>
public class RoomLogTests
{
    [Fact]
    public void Rooms_share_a_budget_and_never_keep_a_hole()
    {
        var budget = new HistoryBudget(100);
        using var first = new RoomLog(new HistoryOptions(), budget);
        using var second = new RoomLog(new HistoryOptions(), budget);
        first.Append(1, "a"u8, DataKind.Json, new byte[59], 0);
        second.Append(1, "a"u8, DataKind.Json, new byte[29], 0);
        Assert.Equal(90, budget.UsedBytes);

        // Too much: what the room has kept goes, and the new message takes its place.
        second.Append(2, "a"u8, DataKind.Json, new byte[39], 0);
        Assert.Equal((1, 100L), (second.Count, budget.UsedBytes));
        Assert.False(second.TryFind(2, 0, 0, out _));

        // Still too much: nothing is kept, rather than a part.
        second.Append(3, "a"u8, DataKind.Json, new byte[49], 0);
        Assert.Equal((0, 60L, 3L), (second.Count, budget.UsedBytes, budget.Forgotten));
        first.Dispose();
        Assert.Equal(0, budget.UsedBytes);
    }

    [Fact]
    public void It_keeps_the_latest_messages_within_each_bound()
    {
        using var log = new RoomLog(new HistoryOptions(MaxMessages: 10, MaxBytes: 60, TimeToLive: 1_000), new HistoryBudget(long.MaxValue));
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
        using var log = new RoomLog(new HistoryOptions(MaxMessages: 10, MaxBytes: 20), new HistoryBudget(long.MaxValue));
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
        using var log = new RoomLog(new HistoryOptions(TimeToLive: 1_000), new HistoryBudget(long.MaxValue));
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
