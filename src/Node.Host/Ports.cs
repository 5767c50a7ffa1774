using System.Net.Sockets;

namespace Node.Host;

/// <summary>The ports that a process listens on.</summary>
public static class Ports
{
    /// <summary>Opens one; what is wrong with it is told together with the setting that decides on it.</summary>
    /// <param name="setting">Its key, as <c>metrics.port</c>.</param>
    /// <param name="open">Listens.</param>
    /// <exception cref="IOException">
    /// The port cannot be had. One of a derived type (a certificate's) is not about the port, and comes through as it is.
    /// </exception>
    public static async Task OpenAsync(string setting, Func<Task> open)
    {
        try
        {
            await open().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException || exception.GetType() == typeof(IOException))
        {
            throw new IOException($"{setting}: {exception.Message}", exception);
        }
    }
}
