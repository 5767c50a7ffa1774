using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Node.Web;

var defaults = new WebOptions();
var options = new WebOptions
{
    Port = PortFrom("WEB_PORT", defaults.Port),
    NodePort = PortFrom("HTTP_PORT", defaults.NodePort),
};

await using var server = new WebServer(options, logging: logging => logging.AddSimpleConsole());
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
await server.StartAsync(stop.Token);
Console.WriteLine($"chat: http://{options.BindAddress}:{server.Port}/chat.html");
await server.WaitForShutdownAsync(stop.Token);

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}

static int PortFrom(string variable, int otherwise) =>
    int.TryParse(Environment.GetEnvironmentVariable(variable), out int port) ? port : otherwise;
