using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Node.Tests.Hub;
using Node.Tests.Messages;
using Node.Tests.Settings;
using Node.Tests.Support;

namespace Node.Tests.Biz;

/// <summary>The example as its README has it: a standalone node, a biz-server, and a client that orders.</summary>
public sealed partial class BizProcessTests
{
    private static readonly string Executable =
        Path.Combine(TestFolder.Repository(), ".artifacts", "bin", "Node.Biz", "debug", "Node.Biz");

    [Fact]
    public async Task A_client_places_an_order_and_hears_of_every_step()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists(Executable), "Node.Biz is not built, or cannot be told to stop");

        // The two name each other, so one port has to be known beforehand.
        int port = FreePorts.Next();
        await using NodeProcessUnderTest node = await NodeProcessUnderTest.StartAsync(
            ("UPSTREAM_URL", $"http://127.0.0.1:{port}/upstream"), ("UPSTREAM_TOKEN", "token"));
        Uri web = await node.WebAddress;
        using Process biz = Start(
            ("BIZ_PORT", port.ToString(CultureInfo.InvariantCulture)), ("WEB_ADDRESS", web.ToString()), ("UPSTREAM_TOKEN", "token"),
            ("ORDERS_STEP", "100ms"));
        try
        {
            await UntilServesAsync(biz);
            await using HubClient client = await HubClient.NamedAsync(node.EndPoint, "alice");
            MessageModel placed = await client.RequestAsync("order.place", data: """{"item":"tea","quantity":2}""");
            Assert.Equal("", placed.ErrorReason);
            string id = JsonDocument.Parse(placed.Data).RootElement.GetProperty("id").GetString()!;
            List<string> states = [];
            while (states.LastOrDefault() != "shipped")
            {
                JsonElement told = JsonDocument.Parse((await client.ReceiveAsync("order")).Data).RootElement;
                Assert.Equal(id, told.GetProperty("id").GetString());
                states.Add(told.GetProperty("state").GetString()!);
            }

            Assert.Equal(["placed", "packed", "shipped"], states);
            Assert.Equal(102u, (await client.RequestAsync("order.eat")).ErrorCode);
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
            Assert.True((await http.GetFromJsonAsync<JsonElement>("health")).GetProperty("ready").GetBoolean());
            using Process kill = Process.Start("kill", ["-TERM", biz.Id.ToString(CultureInfo.InvariantCulture)]);
            await biz.WaitForExitAsync().WaitAsync(RawClient.Patience);
            Assert.Equal(0, biz.ExitCode);
        }
        finally
        {
            biz.Kill();
        }
    }

    private static Process Start(params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Executable)
        {
            WorkingDirectory = Path.GetTempPath(), RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static async Task UntilServesAsync(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(RawClient.Patience) is { } line)
        {
            if (Serving().IsMatch(line))
            {
                return;
            }
        }

        throw new InvalidOperationException(await process.StandardError.ReadToEndAsync());
    }

    [GeneratedRegex(@"Listening for upstream on http://\S+/upstream")]
    private static partial Regex Serving();
}
