using System.Globalization;
using BenchmarkDotNet.Running;
using Node.Benchmarks;
using Node.Benchmarks.Hub;

if (args is ["pauses", .. var counts])
{
    foreach (string count in counts)
    {
        Pauses.Measure(int.Parse(count, CultureInfo.InvariantCulture));
    }

    return;
}

// Without arguments everything, instead of BenchmarkDotNet's question on the console.
string[] arguments = args.Length == 0 ? ["--filter", "*"] : args;
BenchmarkSwitcher.FromAssembly(typeof(SuiteConfig).Assembly).Run(arguments, new SuiteConfig());
