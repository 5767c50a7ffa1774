using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Grpc.Core;
using Node.Protocol.Controller;
using Node.Tests.Rpc;
using Node.Tests.Settings;
using Node.Tests.Tidy;

namespace Node.Tests.Cluster.Processes;

/// <summary>The chat page of a real cluster, in a real browser.</summary>
[Collection(nameof(ClusterProcessesCollection))]
public sealed class BrowserTests
{
    [Fact]
    public async Task Two_windows_on_two_nodes_chat_in_one_room()
    {
        string browser = Environment.GetEnvironmentVariable("CHROMIUM_EXE") is { Length: > 0 } named ? named : "/usr/bin/chromium";
        Assert.SkipUnless(File.Exists(browser), "chromium is not installed");
        Assert.SkipUnless(
            Directory.Exists(SourceFile.Full("tests/conformance/node_modules/playwright-core")), "playwright is not installed: npm ci in tests/conformance");
        Assert.SkipUnless(File.Exists(SourceFile.Full("src/Node.Web/ui/dist/chat.html")), "the pages are not built: npm run build in src/Node.Web/ui");
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(new ClusterSetup(Nodes: 2, Managers: 1));
        ClusterProcess web = cluster.StartWeb();
        await cluster.HealedAsync();
        using Process windows = Start(browser, $"http://{web.HttpAddress}/chat.html");
        // Line by line: the browser leaves helpers behind that hold the pipe open, so its end never comes.
        var errors = new ConcurrentQueue<string?>();
        windows.ErrorDataReceived += (_, line) => errors.Enqueue(line.Data);
        windows.BeginErrorReadLine();
        try
        {
            string? said = await windows.StandardOutput.ReadLineAsync().WaitAsync(ForeignProgram.Patience);
            Assert.True(said is not null, $"{string.Join('\n', errors)}\n{cluster.Logs()}");
            JsonElement sockets = JsonElement.Parse(said);
            Assert.Equal(
                cluster.Nodes.Select(node => node.HttpPort).Order(),
                ((string[])["alice", "bob"]).Select(user => new Uri(sockets.GetProperty(user).GetString()!).Port).Order());
            await cluster.UntilAsync(() => FindStrangerAsync(cluster));
            windows.StandardInput.Close();
            await windows.WaitForExitAsync().WaitAsync(ForeignProgram.Patience);
            Assert.Equal(0, windows.ExitCode);
        }
        finally
        {
            windows.Kill(entireProcessTree: true);
        }
    }

    private static Process Start(string browser, string chat)
    {
        string pictures = Path.Combine(TestFolder.Repository(), ".artifacts", "test");
        Directory.CreateDirectory(pictures);
        return Process.Start(new ProcessStartInfo("node", [SourceFile.Full("tests/conformance/two-windows.mjs"), chat, pictures])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["CHROMIUM_EXE"] = browser },
        })!;
    }

    /// <summary>Null: the controller has one member of the room on each node.</summary>
    private static async Task<string?> FindStrangerAsync(ClusterProcesses cluster)
    {
        try
        {
            RoomInfo? room = await cluster.AskAsync(controller => controller.GetRoomInfoAsync(new GetRoomInfoRequest { Room = "lobby" }).ResponseAsync);
            return room is not null && cluster.Nodes.All(node => room.Nodes.GetValueOrDefault(node.Id) == 1) ? null : $"the controller says {room}";
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
        {
            return error.Message;
        }
    }
}
