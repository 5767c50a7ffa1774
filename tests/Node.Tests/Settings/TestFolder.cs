namespace Node.Tests.Settings;

/// <summary>A folder of one test, gone with it.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("node-tests-").FullName;

    public string At(string name) => Path.Combine(Root, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(At(name), text);
        return At(name);
    }

    /// <summary>As editors and configuration tools write: a new file, renamed over the old.</summary>
    public void Replace(string name, string text) => File.Move(Write(name + ".new", text), At(name), overwrite: true);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>The root of the repository, from wherever the tests were built to.</summary>
    public static string Repository()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Node.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside of the repository.");
        }

        return folder;
    }
}
