namespace Node.Fuzz;

internal static class Repository
{
    /// <summary>The folder that holds Node.sln, upwards from the program.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Node.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("Node.sln is nowhere above the program");
    }
}
