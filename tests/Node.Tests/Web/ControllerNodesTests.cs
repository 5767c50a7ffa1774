using Node.Tests.Settings;
using Node.Web;
using Node.Web.Api;
using Node.Web.Managers;

namespace Node.Tests.Web;

/// <summary>What is known of the nodes, and for how long.</summary>
public sealed class ControllerNodesTests
{
    private readonly ManualTime _time = new();
    private readonly FakePlane _plane = new();

    [Fact]
    public async Task The_controller_is_asked_once_a_second_at_most_and_once_for_all_who_wait()
    {
        var nodes = new ControllerNodes(_plane, _time);
        var answer = new TaskCompletionSource<IReadOnlyList<NodeInfo>>();
        _plane.Nodes = () => answer.Task;
        ValueTask<IReadOnlyList<DirectoryNode>> first = nodes.ListAsync(default);
        ValueTask<IReadOnlyList<DirectoryNode>> second = nodes.ListAsync(default);
        answer.SetResult([Node("a", 1), new NodeInfo("nameless", "ready", 0, 0)]);
        Assert.Equal(["a"], (await first).Select(node => node.Id));
        Assert.Equal(["a"], (await second).Select(node => node.Id));
        await nodes.ListAsync(default);
        Assert.Equal(1, _plane.Asked);
        _time.Advance(TimeSpan.FromSeconds(1));
        _plane.Nodes = () => Task.FromResult<IReadOnlyList<NodeInfo>>([Node("b", 1)]);
        Assert.Equal(["b"], (await nodes.ListAsync(default)).Select(node => node.Id));
    }

    [Fact]
    public async Task With_the_controller_away_it_goes_on_with_what_it_knew()
    {
        var nodes = new ControllerNodes(_plane, _time);
        _plane.Nodes = () => throw new ControlPlaneException(ControlPlaneFailure.Away, "away");
        await Assert.ThrowsAsync<ControlPlaneException>(async () => await nodes.ListAsync(default));
        _plane.Nodes = () => Task.FromResult<IReadOnlyList<NodeInfo>>([Node("a", 1)]);
        await nodes.ListAsync(default);
        _time.Advance(TimeSpan.FromSeconds(2));
        _plane.Nodes = () => throw new ControlPlaneException(ControlPlaneFailure.Away, "away");
        Assert.Equal(["a"], (await nodes.ListAsync(default)).Select(node => node.Id));
        int asked = _plane.Asked;
        await nodes.ListAsync(default);
        Assert.Equal(asked, _plane.Asked);
    }

    private static NodeInfo Node(string name, ulong connections) =>
        new(name, "ready", connections, 0) { ClientUrl = $"ws://{name}.example/ws" };
}
