using Node.Load.Soak;

namespace Node.Tests.Load;

public sealed class SoakRoomTests
{
    [Theory]
    [InlineData(nameof(RoomKind.Complete), 6, null, 0)]
    [InlineData(nameof(RoomKind.Complete), 8, "missing", 2)]
    [InlineData(nameof(RoomKind.Complete), 5, "again", 0)]
    [InlineData(nameof(RoomKind.Newest), 8, null, 2)]
    [InlineData(nameof(RoomKind.Newest), 4, "again", 0)]
    [InlineData(nameof(RoomKind.Late), 8, null, 2)]
    public void A_message_is_held_against_the_one_before(string kind, long next, string? problem, long skipped)
    {
        var room = new SoakRoom("chat-1", Enum.Parse<RoomKind>(kind));
        room.Joined(4, "first", isRecovered: false);
        Assert.Null(room.Deliver(5));

        string? found = room.Deliver(next);

        Assert.Equal(problem is null, found is null);
        Assert.Contains(problem ?? "", found ?? "", StringComparison.Ordinal);
        Assert.Equal(skipped, room.Skipped);
    }

    [Fact]
    public void What_was_missed_has_to_come_where_it_was_recovered_and_else_not()
    {
        var room = new SoakRoom("chat-1", RoomKind.Complete);
        room.Joined(4, "first", isRecovered: false);
        room.Joined(9, "first", isRecovered: true);
        Assert.Null(room.Deliver(5));

        room.Joined(20, "second", isRecovered: false);
        Assert.Null(room.Deliver(21));
    }
}
