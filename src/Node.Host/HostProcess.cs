using System.Reflection;
using Node.Host.Settings;

namespace Node.Host;

/// <summary>
/// What is around every process of ours: its command line, its exit codes, and errors that a person can act on. 0: stopped as it
/// was told; 1: it could not start; 2: the settings or the command line are wrong.
/// </summary>
public static class HostProcess
{
    /// <summary>Of this build, the same for every process.</summary>
    public static string Version { get; } =
        typeof(HostProcess).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <param name="line">The command line.</param>
    /// <param name="run">From start to stop. An <see cref="IOException"/> says why it cannot start.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync<T>(CommandLine line, Func<Task> run)
        where T : class, ISettings<T>, new()
    {
        try
        {
            if (line.WantsHelp)
            {
                await Console.Out.WriteLineAsync(line.Help).ConfigureAwait(false);
                return 0;
            }

            if (line.Unknown is { } unknown)
            {
                return Refuse(2, $"unknown argument '{unknown}'\n\n{line.Help}");
            }

            if (line.WantsSettings)
            {
                string settings = SettingsReference.Effective(line.Loader<T>().Load());
                await Console.Out.WriteAsync(settings).ConfigureAwait(false);
                return 0;
            }

            await run().ConfigureAwait(false);
            return 0;
        }
        catch (SettingsException exception)
        {
            return Refuse(2, exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Refuse(1, $"cannot start: {exception.Message}");
        }
    }

    private static int Refuse(int code, string why)
    {
        Console.Error.WriteLine(why);
        return code;
    }
}
