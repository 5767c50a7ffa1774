using System.Globalization;
using Node.Connect.Machine;

namespace Node.Tests.Tools;

/// <summary><c>./build.sh tune</c> on machines in a folder.</summary>
public sealed class TuneTests : IDisposable
{
    private const string Sysctls = "etc/sysctl.d/90-node.conf";

    private readonly Machine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Fact]
    public async Task A_machine_as_it_was_installed_does_not_fit_and_each_reason_is_told()
    {
        Tune tune = await RunAsync("--check");
        Assert.Equal((1, ""), (tune.ExitCode, tune.Error));
        Assert.Contains("! nofile ", tune.Output, StringComparison.Ordinal);
        Assert.Contains("a connection is a descriptor", tune.Output, StringComparison.Ordinal);
        Assert.EndsWith("it does not fit: see the lines with !\n", tune.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_writes_nothing()
    {
        Dictionary<string, string> before = _machine.Everything();
        await RunAsync();
        await RunAsync("--json");
        Assert.Equal(before, _machine.Everything());
    }

    [Fact]
    public async Task What_a_dry_run_tells_is_what_apply_writes()
    {
        Dictionary<string, string> before = _machine.Everything();
        Tune dry = await RunAsync("--dry-run");
        Assert.Equal(before, _machine.Everything());
        Assert.Equal(0, (await RunAsync("--apply")).ExitCode);
        string[] written = [.. _machine.Everything().Keys.Where(file => file.StartsWith("etc/", StringComparison.Ordinal)).Order()];
        Assert.Equal(3, written.Length);
        Assert.All(written, file => Assert.Contains($"--- /{file}\n{_machine.Read(file)}", dry.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Applied_it_fits_now_and_after_a_restart()
    {
        Tune tune = await RunAsync("--apply");
        Assert.Equal((0, ""), (tune.ExitCode, tune.Error));
        Assert.Equal("10000", _machine.Sysctl("net.core.somaxconn"));
        Assert.Contains("\nnet.core.somaxconn = 10000\n", _machine.Read(Sysctls), StringComparison.Ordinal);
        Assert.Equal("madvise\n", _machine.Read("sys/kernel/mm/transparent_hugepage/enabled"));
    }

    [Theory]
    [InlineData(20_000, false)]
    [InlineData(1_000_000, false)]
    [InlineData(2_000_000, true)]
    public async Task A_services_limit_is_raised_where_the_units_own_is_too_low_and_never_lowered(int connections, bool isRaised)
    {
        // A login's is no reason to leave the service's.
        _machine.SetDescriptors(5_000_000);
        await RunAsync("--apply", "--connections", connections.ToString(CultureInfo.InvariantCulture));
        string dropIn = "etc/systemd/system/node-connect.service.d/90-limits.conf";
        Assert.Equal(isRaised, _machine.Has(dropIn));
        Assert.True(!isRaised || _machine.Read(dropIn).Contains("LimitNOFILE=2004096\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("32768\t60999", "10000 65535")]
    [InlineData("1024\t60999", "1024 65535")]
    [InlineData("9000\t65535", "9000 65535")]
    public async Task Outgoing_ports_become_no_fewer(string before, string after)
    {
        _machine.SetSysctl("net.ipv4.ip_local_port_range", before);
        Assert.Equal(after, (await RunAsync("--json")).Settings()["net.ipv4.ip_local_port_range"].Wanted);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("80,50051-50053", true)]
    [InlineData("5000-60000", true)]
    [InlineData("50051,50053", false)]
    public async Task Reserved_ports_count_wherever_they_lie(string reserved, bool fits)
    {
        _machine.SetSysctl("net.ipv4.ip_local_reserved_ports", reserved);
        Assert.Equal(fits, (await RunAsync("--json")).Settings()["net.ipv4.ip_local_reserved_ports"].Fits);
    }

    [Fact]
    public async Task Applied_twice_it_is_as_applied_once()
    {
        await RunAsync("--apply");
        // As the kernel shows it.
        File.WriteAllText(Path.Combine(_machine.Root, "sys/kernel/mm/transparent_hugepage/enabled"), "always [madvise] never\n");
        Dictionary<string, string> once = _machine.Everything();
        Assert.Equal(0, (await RunAsync("--check")).ExitCode);
        Assert.Equal(0, (await RunAsync("--apply")).ExitCode);
        Assert.Equal(once, _machine.Everything());
    }

    [Fact]
    public async Task What_the_kernel_takes_at_boot_alone_is_told_and_not_written()
    {
        _machine.SetSysctl("net.ipv4.tcp_ehash_entries", "262144");
        Tune tune = await RunAsync("--apply");
        Assert.Equal(1, tune.ExitCode);
        Assert.Contains("add thash_entries=524288 to the kernel's command line", tune.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("ehash", _machine.Read(Sysctls), StringComparison.Ordinal);
        Assert.Equal("262144", _machine.Sysctl("net.ipv4.tcp_ehash_entries"));

        _machine.SetSysctl("net.ipv4.tcp_ehash_entries", "524288");
        tune = await RunAsync("--check");
        Assert.Equal((0, ""), (tune.ExitCode, tune.Error));
    }

    [Fact]
    public async Task What_is_higher_is_left_alone()
    {
        _machine.SetSysctl("net.core.somaxconn", "60000");
        _machine.SetSysctl("net.ipv4.tcp_mem", "9000000\t9000000\t9000000");
        await RunAsync("--apply");
        Assert.Equal("60000", _machine.Sysctl("net.core.somaxconn"));
        Assert.DoesNotContain("somaxconn", _machine.Read(Sysctls), StringComparison.Ordinal);
        Assert.DoesNotContain("tcp_mem", _machine.Read(Sysctls), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_firewalls_table_counts_only_where_there_is_one()
    {
        Assert.DoesNotContain("net.netfilter.nf_conntrack_max", (await RunAsync("--json")).Settings());
        _machine.SetSysctl("net.netfilter.nf_conntrack_max", "262144");
        _machine.SetSysctl("net.netfilter.nf_conntrack_tcp_timeout_established", "432000");
        var settings = (await RunAsync("--json")).Settings();
        Assert.Equal(("262144", "1250000", false), settings["net.netfilter.nf_conntrack_max"]);
        Assert.Equal(("432000", "3600", false), settings["net.netfilter.nf_conntrack_tcp_timeout_established"]);
        await RunAsync("--apply");
        Assert.EndsWith("\nnf_conntrack\n", _machine.Read("etc/modules-load.d/90-node.conf"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_little_memory_is_told_and_nothing_helps()
    {
        Tune tune = await RunAsync("--apply", "--connections", "5000000", "--json");
        Assert.Equal(1, tune.ExitCode);
        Assert.False(tune.Settings()["memory"].Fits);
        Assert.All(tune.Settings().Where(setting => setting.Key != "memory"), setting => Assert.True(setting.Value.Fits, setting.Key));

        // Half of the memory and no more.
        Assert.Equal((16L << 30) / 2 / Environment.SystemPageSize, long.Parse(_machine.Sysctl("net.ipv4.tcp_mem").Split(' ')[2], CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData(10_000)]
    [InlineData(1_000_000)]
    [InlineData(3_000_000)]
    public async Task A_node_warns_by_the_same_numbers(long connections)
    {
        _machine.SetDescriptors(1);
        _machine.SetSysctl("net.ipv4.tcp_mem", "1\t1\t1");
        var settings = (await RunAsync("--json", "--connections", connections.ToString(CultureInfo.InvariantCulture))).Settings();
        Assert.Equal($"{MachineNeeds.Descriptors(connections)}", settings["nofile"].Wanted);
        long pages = (16L << 30) / Environment.SystemPageSize;
        Assert.Equal($"{MachineNeeds.TcpPages(connections, pages)}", settings["net.ipv4.tcp_mem"].Wanted.Split(' ')[2]);
    }

    [Theory]
    [InlineData("--connections")]
    [InlineData("--connections", "many")]
    [InlineData("--connections", "0")]
    [InlineData("--connections", "-1")]
    [InlineData("--connections", "1000000000")]
    [InlineData("--prefix", "/nowhere")]
    [InlineData("now")]
    [InlineData("--check", "--apply")]
    [InlineData("--dry-run", "--json")]
    public async Task A_wrong_command_line_is_refused(params string[] arguments)
    {
        Tune tune = await Tune.RunAsync(arguments);
        Assert.Equal((2, ""), (tune.ExitCode, tune.Output));
        Assert.StartsWith("error: ", tune.Error, StringComparison.Ordinal);
    }

    private Task<Tune> RunAsync(params string[] arguments) => Tune.RunAsync([.. arguments, "--prefix", _machine.Root]);
}
