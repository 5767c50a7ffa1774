using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Node.Tests.Settings;

namespace Node.Tests.Support;

/// <summary>A real Prometheus in a process of its own, on a private port and in a folder of the test.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private const string Program = "/usr/bin/prometheus";
    private const string Promtool = "/usr/bin/promtool";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);

    private readonly TestFolder _folder = new();
    private readonly HttpClient _client;
    private readonly Process _process;

    private PrometheusServer(string configuration)
    {
        int port = FreePorts.Next();
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = Patience };
        _folder.Write("prometheus.yml", configuration);
        _process = Process.Start(new ProcessStartInfo(Program,
            ["--config.file=" + _folder.At("prometheus.yml"), "--storage.tsdb.path=" + _folder.At("data"), $"--web.listen-address=127.0.0.1:{port}", "--log.level=error"])
        {
            RedirectStandardError = true,
        })!;
        _process.BeginErrorReadLine();
    }

    public Uri Address => _client.BaseAddress!;

    /// <summary>Skips the test where the Debian package prometheus is not installed. It may not answer yet.</summary>
    public static PrometheusServer Start(string configuration)
    {
        Assert.SkipUnless(File.Exists(Program), "prometheus is not installed");
        return new PrometheusServer(configuration);
    }

    /// <summary>Runs promtool on what it reads from its input; skips the test where it is not installed.</summary>
    /// <returns>What it said, and its exit code.</returns>
    public static async Task<(int ExitCode, string Said)> PromtoolAsync(ReadOnlyMemory<byte> input, params string[] arguments)
    {
        Assert.SkipUnless(File.Exists(Promtool), "promtool is not installed");
        using Process promtool = Process.Start(new ProcessStartInfo(Promtool, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        await promtool.StandardInput.BaseStream.WriteAsync(input);
        promtool.StandardInput.Close();
        Task<string> output = promtool.StandardOutput.ReadToEndAsync();
        string said = await promtool.StandardError.ReadToEndAsync() + await output;
        await promtool.WaitForExitAsync().WaitAsync(Patience);
        return (promtool.ExitCode, said);
    }

    /// <summary>The values of all series that a query has now; a query that is wrong fails the test.</summary>
    public async Task<double[]> ValuesAsync(string query)
    {
        JsonElement answer = await AskAsync("/api/v1/query?query=" + Uri.EscapeDataString(query));
        Assert.True(answer.GetProperty("status").GetString() == "success", $"{query}: {answer}");
        return [.. answer.GetProperty("data").GetProperty("result").EnumerateArray()
            .Select(series => double.Parse(series.GetProperty("value")[1].GetString()!.Replace("+Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture))];
    }

    /// <summary>Every name of a metric that it has seen.</summary>
    public async Task<HashSet<string>> MetricNamesAsync() =>
        [.. (await AskAsync("/api/v1/label/__name__/values")).GetProperty("data").EnumerateArray().Select(name => name.GetString()!)];

    /// <summary>Waits until a problem is gone; after a while it fails.</summary>
    /// <param name="problem">What is not as it should be yet; null: nothing. Until Prometheus answers it may throw.</param>
    public static async Task UntilAsync(Func<Task<string?>> problem)
    {
        long started = Environment.TickCount64;
        using var looks = new PeriodicTimer(LookInterval);
        while (true)
        {
            string? wrong;
            try
            {
                wrong = await problem();
            }
            catch (HttpRequestException error)
            {
                wrong = error.Message;
            }

            if (wrong is null)
            {
                return;
            }

            Assert.True(Environment.TickCount64 - started < Patience.TotalMilliseconds, wrong);
            await looks.WaitForNextTickAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }

    // A query that is wrong is answered with 400 and the reason; what comes before it is ready, with 503 and no JSON.
    private async Task<JsonElement> AskAsync(string path)
    {
        using HttpResponseMessage response = await _client.GetAsync(new Uri(path, UriKind.Relative));
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            response.EnsureSuccessStatusCode();
        }

        return JsonElement.Parse(await response.Content.ReadAsStringAsync());
    }
}
