using Node.Load.Compare;
using Node.Load.Million;
using Node.Load.Run;
using Node.Load.Soak;

string verb = args.Length > 0 ? args[0] : "help";
string[] rest = args.Length > 0 ? args[1..] : [];
try
{
    return verb switch
    {
        "help" or "--help" or "-h" => Help(),
        "compare" when rest is ["--help"] => CompareHelp(),
        "million" when rest is ["--help"] => MillionHelp(),
        "million" => await new MillionRun(MillionOptions.Parse(rest)).RunAsync(),
        "soak" when rest is ["--help"] => SoakHelp(),
        "soak" => await new SoakRun(SoakOptions.Parse(rest)).RunAsync(),
        "crowd" when rest.Length == 2 => CrowdWorker.Run(rest),
        "compare" => await new Comparison(CompareOptions.Parse(rest)).RunAsync(),
        _ => rest.Contains("--worker") ? Worker.Run(verb, LoadOptions.Parse(rest)) : await RunOnce(verb, rest),
    };
}
catch (Exception fault) when (fault is ArgumentException or InvalidOperationException or IOException)
{
    await Console.Error.WriteLineAsync($"Node.Load: {fault.Message}");
    return 1;
}

static int Help()
{
    Console.WriteLine("Node.Load idle|heartbeats|handshake|echo|fanout|rooms|joins [options]");
    Console.WriteLine("Node.Load compare [options]   (compare --help)");
    Console.WriteLine("Node.Load million [options]   (million --help)");
    Console.WriteLine("Node.Load soak [options]   (soak --help)");
    Console.WriteLine();
    Console.WriteLine(LoadOptions.Help);
    return 0;
}

static int CompareHelp()
{
    Console.WriteLine(CompareOptions.Help);
    return 0;
}

static int MillionHelp()
{
    Console.WriteLine(MillionOptions.Help);
    return 0;
}

static int SoakHelp()
{
    Console.WriteLine(SoakOptions.Help);
    return 0;
}

static async Task<int> RunOnce(string scenario, string[] arguments)
{
    LoadReport report = await new Coordinator(scenario, arguments).RunAsync();
    Console.Write(report.ToTable());
    if (LoadOptions.Parse(arguments).Json is string file)
    {
        await File.WriteAllTextAsync(file, report.ToJson());
    }

    return report.Errors == 0 ? 0 : 3;
}
