using System.Diagnostics;
using System.Globalization;
using Node.Connect.Machine;
using Node.Connect.Settings;
using Node.Controller.Settings;
using Node.Push.Settings;
using Node.Tests.Settings;

namespace Node.Tests.Tools;

/// <summary>The units of tools/systemd.</summary>
public sealed class SystemdTests : IDisposable
{
    private const string Verify = "/usr/bin/systemd-analyze";

    // fs.nr_open as kernels have it.
    private const long UsualNrOpen = 1_048_576;

    private readonly TestFolder _folder = new();

    public static TheoryData<string, string> Units => new()
    {
        { "node-connect", "Node.Connect" }, { "node-controller", "Node.Controller" }, { "node-push", "Node.Push" }, { "node-web", "Node.Web" },
        { "node-standalone", "Node.Standalone" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Units))]
    public async Task Systemd_has_no_complaint(string unit, string program)
    {
        Assert.SkipUnless(File.Exists(Verify), "systemd-analyze is not installed");
        // It looks for the program, which is nowhere near /opt here.
        string text = File.ReadAllText(PathOf(unit));
        Assert.Contains($"ExecStart=/opt/node/{program}/{program} --settings /etc/node/", text, StringComparison.Ordinal);
        string copy = _folder.Write($"{unit}.service", text.Replace($"/opt/node/{program}/{program}", "/bin/true", StringComparison.Ordinal));
        using Process process = Process.Start(new ProcessStartInfo(Verify, ["verify", "--man=no", copy]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        string said = await process.StandardError.ReadToEndAsync() + await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        string[] complaints = [.. said.Split('\n').Where(line => line.Contains(unit, StringComparison.Ordinal))];
        Assert.True(complaints.Length == 0 && process.ExitCode == 0, said);
    }

    [Theory]
    [MemberData(nameof(Units))]
    public void A_unit_restarts_drains_and_is_fenced_in(string unit, string program)
    {
        Dictionary<string, string> settings = Read(unit);
        Assert.Equal("exec", settings["Type"]);
        Assert.Equal("on-failure", settings["Restart"]);
        Assert.Equal("strict", settings["ProtectSystem"]);
        Assert.Equal("yes", settings["NoNewPrivileges"]);
        Assert.Equal(program is "Node.Controller" or "Node.Push" ? "" : "CAP_NET_BIND_SERVICE", settings["CapabilityBoundingSet"]);
        Assert.Equal(settings["CapabilityBoundingSet"], settings.GetValueOrDefault("AmbientCapabilities", ""));
        Assert.False(settings.ContainsKey("MemoryDenyWriteExecute"), "the runtime compiles while it runs");
        TimeSpan drains = program switch
        {
            "Node.Controller" => new ControllerSettings().Controller.ShutdownTimeout,
            "Node.Push" => new PushSettings().Push.ShutdownTimeout,
            _ => new NodeSettings().Node.ShutdownTimeout,
        };
        Assert.True(TimeSpan.FromSeconds(Number(settings, "TimeoutStopSec")) > drains * 2);
        long needs = program is "Node.Connect" or "Node.Standalone" ? MachineNeeds.Descriptors(1_000_000) : MachineNeeds.Descriptors(0);
        Assert.InRange(Number(settings, "LimitNOFILE"), needs, UsualNrOpen);
    }

    private static string PathOf(string unit) => Path.Combine(TestFolder.Repository(), "tools", "systemd", $"{unit}.service");

    private static long Number(Dictionary<string, string> settings, string name) => long.Parse(settings[name], CultureInfo.InvariantCulture);

    // Of a key that is given twice the last, as it happens to be enough here.
    private static Dictionary<string, string> Read(string unit) =>
        File.ReadLines(PathOf(unit)).Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2 && pair[0][0] != '#')
            .GroupBy(pair => pair[0]).ToDictionary(pairs => pairs.Key, pairs => pairs.Last()[1]);
}
