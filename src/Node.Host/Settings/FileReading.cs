namespace Node.Host.Settings;

/// <summary>A file at one moment: its text, or why there is none.</summary>
public readonly record struct FileReading(string? Text, string Problem)
{
    // Far above any settings file; keeps a mistaken path (a log, a device) from filling the memory.
    private const int MaxChars = 1 << 20;

    /// <summary>Never throws for what a file system can do: the reason is in <see cref="Problem"/>.</summary>
    public static FileReading Read(string path)
    {
        try
        {
            using StreamReader reader = new(path);
            char[] buffer = new char[4096];
            System.Text.StringBuilder text = new();
            for (int read = reader.Read(buffer); read > 0; read = reader.Read(buffer))
            {
                text.Append(buffer, 0, read);
                if (text.Length > MaxChars)
                {
                    return new FileReading(null, "the file is larger than 1 MiB");
                }
            }

            return new FileReading(text.ToString(), "");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new FileReading(null, error is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : error.Message);
        }
    }
}
