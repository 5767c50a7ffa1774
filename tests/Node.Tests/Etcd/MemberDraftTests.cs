using Node.Rpc.Discovery;
using Node.Tests.Settings;

namespace Node.Tests.Etcd;

/// <summary>When a process's own entry is worth writing.</summary>
public sealed class MemberDraftTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ManualTime _time = new();
    private readonly MemberDraft _draft;

    public MemberDraftTests()
    {
        _draft = new MemberDraft(TestMember.Of("a", connections: 1000), Interval, _time);
        _draft.SetWritten(_draft.Wanted);
    }

    [Theory]
    [InlineData(1099, false)]
    [InlineData(1100, true)]
    [InlineData(901, false)]
    [InlineData(900, true)]
    public async Task A_load_counts_when_it_has_moved_by_a_tenth(long load, bool counts)
    {
        _time.Advance(Interval);
        Task<Member> next = _draft.NextAsync(CancellationToken.None);
        _draft.SetLoad(load);
        // What is not worth a write by itself goes along with what is.
        Assert.Equal(counts ? load : 2000, await After(next, () => _draft.SetLoad(2000), !counts));
    }

    [Fact]
    public async Task From_nothing_everything_counts()
    {
        _draft.SetWritten(_draft.Wanted with { Connections = 0 });
        _draft.SetLoad(0);
        _time.Advance(Interval);
        Task<Member> next = _draft.NextAsync(CancellationToken.None);
        _draft.SetLoad(1);
        Assert.Equal(1, (await next).Connections);
    }

    [Fact]
    public async Task Loads_wait_until_the_interval_is_over_and_the_latest_is_written()
    {
        _draft.SetLoad(2000);
        Task<Member> next = _draft.NextAsync(CancellationToken.None);
        _draft.SetLoad(3000);
        _time.Advance(Interval / 2);
        Assert.False(next.IsCompleted);
        _time.Advance(Interval / 2);
        Assert.Equal(3000, (await next).Connections);
    }

    [Fact]
    public async Task A_load_that_moves_back_in_time_is_not_written()
    {
        _draft.SetLoad(2000);
        Task<Member> next = _draft.NextAsync(CancellationToken.None);
        _draft.SetLoad(1001);
        _time.Advance(Interval);
        Assert.False(next.IsCompleted);
        Task written = _draft.SetStateAsync(MemberState.Draining);
        Assert.Equal((MemberState.Draining, 1001L), ((await next).State, (await next).Connections));
        Assert.False(written.IsCompleted);
    }

    [Fact]
    public async Task A_state_is_written_at_once_and_told_when_it_or_a_later_one_is()
    {
        Task<Member> next = _draft.NextAsync(CancellationToken.None);
        Task first = _draft.SetStateAsync(MemberState.Draining);
        Member draining = await next;
        Task second = _draft.SetStateAsync(MemberState.Starting);
        _draft.SetWritten(draining);
        Assert.False(first.IsCompleted);
        _draft.SetWritten(await _draft.NextAsync(CancellationToken.None));
        await first;
        await second;
    }

    [Fact]
    public async Task Who_waits_for_a_write_that_never_comes_is_told()
    {
        Task waiting = _draft.SetStateAsync(MemberState.Draining);
        _draft.Abandon();
        await Assert.ThrowsAsync<InvalidOperationException>(() => waiting);
        await Assert.ThrowsAsync<InvalidOperationException>(() => _draft.SetStateAsync(MemberState.Ready));
    }

    private static async Task<long> After(Task<Member> next, Action then, bool wait)
    {
        if (wait)
        {
            Assert.False(next.IsCompleted);
            then();
        }

        return (await next).Connections;
    }
}
