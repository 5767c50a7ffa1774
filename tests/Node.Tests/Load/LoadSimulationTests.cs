using Node.Load.Soak;
using static Node.Load.Soak.LoadSimulation;

namespace Node.Tests.Load;

public sealed class LoadSimulationTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(2.5, 25)]
    [InlineData(5, 50)]
    [InlineData(10, 100)]
    [InlineData(3600, 100)]
    public void Users_rise_in_a_straight_line_and_are_kept(double second, int users) =>
        Assert.Equal(users, Of(Ramp(100, 10), Keep(100)).At(second).Users);

    [Fact]
    public void A_ramp_begins_where_the_stage_before_it_ended_and_may_fall()
    {
        LoadSimulation load = Of(Keep(100, 10), Ramp(20, 10), Keep(20));

        Assert.Equal(100, load.At(9.99).Users);
        Assert.Equal(60, load.At(15).Users);
        Assert.Equal(20, load.At(20).Users);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 12.5)]
    [InlineData(10, 50)]
    [InlineData(12, 70)]
    public void Who_is_injected_adds_up_to_the_surface_under_the_rate(double second, double injected)
    {
        LoadSimulation.Point point = Of(RampInject(10, 10), Inject(10)).At(second);

        Assert.Equal(injected, point.Injected, 1e-6);
        Assert.Equal(0, point.Users);
    }

    [Fact]
    public void Stages_that_end_are_played_again_and_who_has_come_stays_counted()
    {
        LoadSimulation load = Of(Inject(5, 10), Keep(7, 10));

        Assert.Equal(0, load.At(5).Users);
        Assert.Equal(7, load.At(15).Users);
        Assert.Equal(50, load.At(19).Injected, 1e-6);
        Assert.Equal(0, load.At(25).Users);
        Assert.Equal(75, load.At(25).Injected, 1e-6);
    }

    [Fact]
    public void A_ramp_after_users_of_the_other_model_begins_at_nothing() =>
        Assert.Equal(5, Of(Inject(50, 10), Ramp(10, 10), Keep(10)).At(15).Users);

    [Fact]
    public void A_scale_holds_for_users_and_rates_and_leaves_one_user_at_least()
    {
        Assert.Equal(new LoadSimulation.Point(30, 0), Of(Keep(300)).Scaled(0.1).At(1));
        Assert.Equal(1, Of(Keep(4)).Scaled(0.1).At(1).Users);
        Assert.Equal(20, Of(Inject(10)).Scaled(2).At(1).Injected, 1e-6);
    }

    [Fact]
    public void Nothing_may_follow_what_lasts_for_ever_and_nothing_may_take_no_time()
    {
        Assert.Throws<ArgumentException>(() => Of(Keep(1), Ramp(2, 1)));
        Assert.Throws<ArgumentException>(() => Of(Ramp(2, 0)));
        Assert.Throws<ArgumentException>(() => Of());
    }
}
