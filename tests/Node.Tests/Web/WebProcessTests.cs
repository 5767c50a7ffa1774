using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Node.Host.Settings;
using Node.Tests.Settings;
using Node.Tests.Support;
using Node.Web.Settings;

namespace Node.Tests.Web;

/// <summary>The web-server as a process of its own, over real calls to managers of the test.</summary>
public sealed partial class WebProcessTests
{
    private const string Key = "correct-horse-battery";

    private static readonly string Executable =
        Path.Combine(TestFolder.Repository(), ".artifacts", "bin", "Node.Web", "debug", "Node.Web");

    [Fact]
    public async Task It_pushes_through_the_managers_of_its_environment_and_stops_when_told()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists(Executable), "Node.Web is not built, or cannot be told to stop");
        var push = new FakePushManager();
        await using ManagerServer pusher = await ManagerServer.StartAsync(push);
        await using ManagerServer controller = await ManagerServer.StartAsync(new FakeController());
        using Process process = Start(
            ("PUSH_MANAGER_ADDR", pusher.Address), ("CONTROLLER_ADDRESS", controller.Address), ("CLUSTER_TOKEN", ManagerServer.Token),
            ("WEB_API_KEY", Key), ("WEB_PORT", "0"));
        try
        {
            using var client = new HttpClient { BaseAddress = await ServesAtAsync(process) };
            Assert.Equal(401, (int)(await client.GetAsync(new Uri("api/nodes", UriKind.Relative))).StatusCode);
            Assert.Equal(401, (int)(await client.GetAsync(new Uri("metrics", UriKind.Relative))).StatusCode);
            client.DefaultRequestHeaders.Add("X-Api-Key", Key);
            using HttpResponseMessage pushed = await client.PostAsJsonAsync("api/push/user/alice", new { data = 1 });
            Assert.Equal(200, (int)pushed.StatusCode);
            Assert.Equal("alice", Assert.Single(push.Pushes).Target);
            JsonElement connect = await client.GetFromJsonAsync<JsonElement>("api/connect-info");
            Assert.Equal("ws://two.example/ws", connect.GetProperty("url").GetString());
            Assert.Contains("process_", await client.GetStringAsync(new Uri("metrics", UriKind.Relative)), StringComparison.Ordinal);
            using Process kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
            await process.WaitForExitAsync().WaitAsync(RawClient.Patience);
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            process.Kill();
        }
    }

    [Theory]
    [InlineData("WEB_BIND", "0.0.0.0", "WEB_API_KEY")]
    [InlineData("WEB_JWT_SECRET", "short", "32 bytes")]
    [InlineData("PUSH_MANAGER_ADDR", "a b", "managers.push")]
    [InlineData("WEB_PORT", "many", "web.port")]
    public async Task What_cannot_be_is_said_at_the_start(string name, string value, string said)
    {
        Assert.SkipUnless(File.Exists(Executable), "Node.Web is not built");
        using Process process = Start((name, value));
        string errors = await process.StandardError.ReadToEndAsync().WaitAsync(RawClient.Patience);
        await process.WaitForExitAsync().WaitAsync(RawClient.Patience);
        Assert.Equal(2, process.ExitCode);
        Assert.Contains(said, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_settings_page_says_what_the_declarations_say() =>
        SettingsReferenceTests.AssertFile("src/Node.Web/settings.md", SettingsReference.Markdown(WebSettings.Table));

    private static Process Start(params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Executable)
        {
            WorkingDirectory = Path.GetTempPath(), RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["WEB_PORT"] = "0";
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static async Task<Uri> ServesAtAsync(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(RawClient.Patience) is { } line)
        {
            Match match = Serving().Match(line);
            if (match.Success)
            {
                return new Uri(match.Groups[1].Value);
            }
        }

        throw new InvalidOperationException(await process.StandardError.ReadToEndAsync());
    }

    [GeneratedRegex(@"console on (http://\S+/)console\.html")]
    private static partial Regex Serving();
}
