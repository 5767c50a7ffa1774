using System.Diagnostics;
using System.Text.Json;
using Node.Tests.Settings;

namespace Node.Tests.Tools;

/// <summary>One run of <c>./build.sh tune</c>.</summary>
internal sealed record Tune(int ExitCode, string Output, string Error)
{
    public static async Task<Tune> RunAsync(params IEnumerable<string> arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a Linux machine is what it tunes");
        var start = new ProcessStartInfo("bash", [Path.Combine(TestFolder.Repository(), "build.sh"), "tune", .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (string variable in (string[])["DOTNET_gcServer", "DOTNET_gcConcurrent", "DOTNET_GCHeapCount", "DOTNET_GCConserveMemory"])
        {
            start.Environment.Remove(variable);
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new Tune(process.ExitCode, await output, error);
    }

    /// <summary>With <c>--json</c>: the settings by name.</summary>
    public Dictionary<string, (string Now, string Wanted, bool Fits)> Settings() =>
        JsonElement.Parse(Output).GetProperty("settings").EnumerateArray().ToDictionary(
            setting => setting.GetProperty("name").GetString()!,
            setting =>
            {
                Assert.NotEmpty(setting.GetProperty("why").GetString()!);
                return (setting.GetProperty("now").GetString()!, setting.GetProperty("wanted").GetString()!, setting.GetProperty("fits").GetBoolean());
            });
}
