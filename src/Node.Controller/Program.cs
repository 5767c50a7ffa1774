using Node.Controller;
using Node.Controller.Settings;
using Node.Host;

var line = new CommandLine(args, "controller.yaml", "src/Node.Controller/settings.md");
return await HostProcess.RunAsync<ControllerSettings>(line, async () =>
{
    await using ControllerHost controller = ControllerHost.Create(line.Loader<ControllerSettings>());
    await controller.RunAsync();
});
