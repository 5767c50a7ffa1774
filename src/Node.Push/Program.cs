using Node.Host;
using Node.Push;
using Node.Push.Settings;

var line = new CommandLine(args, "push.yaml", "src/Node.Push/settings.md");
return await HostProcess.RunAsync<PushSettings>(line, async () =>
{
    await using PushHost host = PushHost.Create(line.Loader<PushSettings>());
    await host.RunAsync();
});
