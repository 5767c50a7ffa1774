using Node.Connect.Settings;
using Node.Host;

namespace Node.Connect;

/// <summary>A process around a node; its exit codes are those of <see cref="HostProcess"/>.</summary>
public static class NodeProcess
{
    /// <param name="args">The command line.</param>
    public static Task<int> RunAsync(string[] args) =>
        HostProcess.RunAsync<NodeSettings>(LineOf(args), async () =>
        {
            await using NodeHost node = NodeHost.Create(args);
            await node.RunAsync().ConfigureAwait(false);
        });

    internal static CommandLine LineOf(string[] args) => new(args, "node.yaml", "src/Node.Connect/settings.md");
}
