using Node.Connect.Settings;

namespace Node.Connect;

/// <summary>
/// A process around a node: its command line, its exit codes, and errors that a person can act on. 0: stopped as it was
/// told; 1: it could not start; 2: the settings or the command line are wrong.
/// </summary>
public static class NodeProcess
{
    /// <param name="args">The command line.</param>
    /// <param name="started">Runs once the node listens.</param>
    public static async Task<int> RunAsync(string[] args, Func<NodeHost, Task>? started = null)
    {
        try
        {
            if (args.Contains("--help"))
            {
                await Console.Out.WriteLineAsync(CommandLine.Help).ConfigureAwait(false);
                return 0;
            }

            if (CommandLine.Unknown(args) is { } unknown)
            {
                return Refuse(2, $"unknown argument '{unknown}'\n\n{CommandLine.Help}");
            }

            if (args.Contains("--print-settings"))
            {
                string settings = SettingsReference.Effective(CommandLine.Loader(args).Load());
                await Console.Out.WriteAsync(settings).ConfigureAwait(false);
                return 0;
            }

            await using NodeHost node = NodeHost.Create(args);
            await node.RunAsync(() => started?.Invoke(node) ?? Task.CompletedTask).ConfigureAwait(false);
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
