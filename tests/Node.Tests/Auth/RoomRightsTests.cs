using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Node.Hub.Auth;

namespace Node.Tests.Auth;

public class RoomRightsTests
{
    private static readonly Gen<string> s_name = Gen.Elements("a", "b", "*", "é", "😀").ArrayOf().Resize(4).Select(string.Concat);

    [Fact]
    public void A_room_matches_as_the_plain_rule_says() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(
            s_name.ArrayOf().Resize(RoomPatterns.MaxNames).ToArbitrary(),
            s_name.ToArbitrary(),
            (names, room) =>
            {
                bool expected = names.Any(name => name.EndsWith('*')
                    ? room.StartsWith(name[..^1], StringComparison.Ordinal)
                    : room == name);
                RoomRights join = RoomRights.Of(Patterns(names), null);
                RoomRights publish = RoomRights.Of(null, Patterns(names));
                byte[] utf8 = Encoding.UTF8.GetBytes(room);
                Assert.Equal(expected, join.MayJoin(utf8));
                Assert.Equal(expected, join.MayJoin(room));
                Assert.Equal(expected, publish.MayPublish(utf8));
                Assert.Equal(expected, publish.MayPublish(room));
                Assert.True(join.MayPublish(utf8) && publish.MayJoin(room));
            }));

    [Fact]
    public void Without_claims_every_room_is_open_and_the_rights_are_shared()
    {
        Assert.Same(RoomRights.All, RoomRights.Of(null, null));
        Assert.Same(RoomRights.All, new Identity("alice").Rights);
        Assert.True(RoomRights.All.MayJoin("x") && RoomRights.All.MayPublish("x"u8));
        Assert.Null(new Identity("alice").Expires);
    }

    [Fact]
    public void The_longest_names_match_and_longer_rooms_do_not()
    {
        string longest = new('r', 128);
        RoomRights rights = RoomRights.Of(Patterns(longest, longest + "*"), null);
        Assert.True(rights.MayJoin(longest) && rights.MayJoin(Encoding.UTF8.GetBytes(longest)));
        Assert.False(rights.MayJoin(longest + "r") || rights.MayJoin(new string('é', 65)));
    }

    [Fact]
    public void Asking_allocates_nothing()
    {
        RoomRights rights = RoomRights.Of(Patterns("a", "b*"), null);
        rights.MayJoin("warm");
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool may = rights.MayJoin("bx") & rights.MayJoin("c"u8);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.False(may);
        Assert.Equal(0, allocated);
    }

    private static RoomPatterns Patterns(params string[] names)
    {
        Assert.True(RoomPatterns.TryCreate(names, out RoomPatterns? patterns));
        return patterns;
    }
}
