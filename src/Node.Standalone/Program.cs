using Node.Connect;
using Node.Connect.Settings;
using Node.Host;
using Node.Standalone;

return await HostProcess.RunAsync<NodeSettings>(NodeProcess.LineOf(args), async () =>
{
    await using NodeHost node = NodeHost.Create(args);
    await using var rest = new StandaloneHost(node);
    await node.RunAsync(rest.StartAsync);
});
