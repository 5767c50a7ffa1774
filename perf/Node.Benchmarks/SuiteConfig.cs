using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Node.Benchmarks;

/// <summary>
/// Short and in this process: the whole suite in minutes, so that it is run. What counts are the ratios within one class, which
/// run one after another; absolute times move with the machine. Ratios and rates are of the best iterations: on a machine that
/// others use too, the rest measures the neighbours.
/// </summary>
public sealed class SuiteConfig : ManualConfig
{
    public SuiteConfig()
    {
        AddJob(Job.Default
            .WithId("short")
            .WithToolchain(InProcessEmitToolchain.Instance)
            .WithMinWarmupCount(3)
            .WithMaxWarmupCount(8)
            .WithIterationCount(9)
            .WithIterationTime(TimeInterval.FromMilliseconds(60)));
        AddDiagnoser(new MemoryDiagnoser(new MemoryDiagnoserConfig(displayGenColumns: false)));
        AddColumnProvider(DefaultColumnProviders.Instance);
        AddColumn(StatisticColumn.Min, new RateColumn(), new BestRatioColumn());
        HideColumns(Column.Error, Column.StdDev, Column.Median, Column.Ratio, Column.RatioSD, Column.AllocRatio);
        AddLogger(ConsoleLogger.Default);
        AddExporter(MarkdownExporter.GitHub);
        ArtifactsPath = Path.Combine(".artifacts", "benchmarks");
    }
}
