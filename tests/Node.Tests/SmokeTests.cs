namespace Node.Tests;

public class SmokeTests
{
    [Fact]
    public void The_runner_runs() => Assert.True(true);
}
