using BenchmarkDotNet.Running;
using Node.Benchmarks;

// Without arguments everything, instead of BenchmarkDotNet's question on the console.
string[] arguments = args.Length == 0 ? ["--filter", "*"] : args;
BenchmarkSwitcher.FromAssembly(typeof(SuiteConfig).Assembly).Run(arguments, new SuiteConfig());
