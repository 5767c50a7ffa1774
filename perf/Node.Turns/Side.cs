using System.Reflection;
using System.Runtime.Loader;

namespace Node.Turns;

/// <summary>One commit's benchmarks, with that commit's own copy of everything that lies beside them.</summary>
internal sealed class Side
{
    private readonly Dictionary<string, Benchmark> _benchmarks;

    public Side(string name, Assembly assembly, Func<string, bool> wanted)
    {
        Name = name;
        _benchmarks = Benchmark.In(assembly).Where(benchmark => wanted(benchmark.Name)).ToDictionary(benchmark => benchmark.Name);
    }

    public string Name { get; }

    public IEnumerable<string> Benchmarks => _benchmarks.Keys;

    public Benchmark? Find(string benchmark) => _benchmarks.GetValueOrDefault(benchmark);

    /// <param name="path">Of the assembly. Both sides are loaded in the same way, so that none is closer to this program.</param>
    public static Side Load(string name, string path, Func<string, bool> wanted)
    {
        string full = Path.GetFullPath(path);
        return new Side(name, new Beside(name, Path.GetDirectoryName(full)!).LoadFromAssemblyPath(full), wanted);
    }

    private sealed class Beside(string name, string folder) : AssemblyLoadContext(name)
    {
        protected override Assembly? Load(AssemblyName assemblyName)
        {
            string path = Path.Combine(folder, assemblyName.Name + ".dll");
            return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
        }
    }
}
