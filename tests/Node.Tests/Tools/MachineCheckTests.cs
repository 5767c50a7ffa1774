using Node.Connect.Machine;
using Node.Connect.Settings;
using Node.Tests.Support;

namespace Node.Tests.Tools;

/// <summary>What a node says of its machine when it starts.</summary>
public sealed class MachineCheckTests : IDisposable
{
    private static readonly MachineLimits Large = new(2_000_000, 2_000_000, 65_535, 4_000_000, 4_000_000);
    private static readonly NodeSection Million = new() { MaxConnections = 1_000_000 };

    private readonly Machine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void It_reads_what_the_machine_says()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc");
        Assert.Equal(new MachineLimits(524_288, 1_048_576, 4096, 376_000, (16L << 30) / Environment.SystemPageSize), MachineLimits.Read(_machine.Root));
        Assert.True(MachineLimits.Read().Descriptors > 0);
        Assert.Equal(new MachineLimits(null, null, null, null, null), MachineLimits.Read(_machine.Root + "/etc"));
    }

    [Fact]
    public void It_says_nothing_where_all_fits_or_nothing_is_known()
    {
        Assert.Empty(MachineCheck.Warnings(Million, Large));
        Assert.Empty(MachineCheck.Warnings(Million, new MachineLimits(null, null, null, null, null)));
        Assert.Empty(MachineCheck.Warnings(new NodeSection(), Large with { Descriptors = 20_000, TcpPages = 1 }));
    }

    [Fact]
    public void It_names_each_limit_with_both_figures()
    {
        Assert.Equal(["the descriptor limit is 20000; node.max_connections 1000000 needs 1004096"], MachineCheck.Warnings(Million, Large with { Descriptors = 20_000 }));
        Assert.Equal(["the descriptor limit is 20000, and fs.nr_open allows no more than 30000; node.max_connections 1000000 needs 1004096"],
            MachineCheck.Warnings(Million, Large with { Descriptors = 20_000, NrOpen = 30_000 }));
        Assert.Equal(["net.core.somaxconn is 128, so node.backlog 4096 is no more than that"], MachineCheck.Warnings(Million, Large with { SoMaxConn = 128 }));
        Assert.Equal(["net.ipv4.tcp_mem ends at 9 pages; node.max_connections 1000000 needs 2000000 when all are busy"],
            MachineCheck.Warnings(Million, Large with { TcpPages = 9 }));
        Assert.Equal(["the descriptor limit is 1024, which is enough for 512 connections"],
            MachineCheck.Warnings(new NodeSection(), Large with { Descriptors = 1024 }));
    }

    [Theory]
    [InlineData(0, 1_048_576, 1_048_576 - 4096, 1_048_576 - 2048)]
    [InlineData(0, 1024, 512, 640)]
    [InlineData(100, 1024, 100, 640)]
    [InlineData(0, 256, 1, 1)]
    [InlineData(1_000_000, 20_000, 20_000 - 874, 20_000 - 437)]
    [InlineData(0, long.MaxValue, 0, int.MaxValue)]
    public void Connections_leave_descriptors_to_the_rest_of_the_process(int set, long descriptors, int connections, int sockets)
    {
        Assert.Equal(connections, MachineNeeds.MaxConnections(set, descriptors));
        Assert.Equal(sockets, MachineNeeds.MaxSockets(descriptors));
        Assert.Equal((set, 0), (MachineNeeds.MaxConnections(set, null), MachineNeeds.MaxSockets(null)));
    }

    [Fact]
    public async Task A_process_says_it_once_and_what_to_run()
    {
        await using NodeProcessUnderTest node = await NodeProcessUnderTest.StartAsync(("NODE_MAX_CONNECTIONS", "500000000"));
        string line = Assert.Single(node.Output.Split('\n'), text => text.Contains("descriptor limit", StringComparison.Ordinal));
        Assert.Contains("This machine is small for the settings: ", line, StringComparison.Ordinal);
        Assert.Contains("./build.sh tune --connections 500000000", line, StringComparison.Ordinal);
    }
}
