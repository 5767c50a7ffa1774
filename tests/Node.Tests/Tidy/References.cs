using System.Xml.Linq;

namespace Node.Tests.Tidy;

/// <summary>Who may know whom. References run one way: the core stays free of gRPC, ASP.NET and each other.</summary>
public static class References
{
    // null: composes anything.
    private static readonly Dictionary<string, string[]?> Allowed = new()
    {
        ["Node.Transport"] = [],
        ["Node.Wire"] = [],
        ["Node.Hub"] = ["Node.Transport", "Node.Wire"],
        ["Node.Rpc"] = [],
        ["Node.Host"] = ["Node.Rpc"],
        ["Node.Connect"] = ["Node.Transport", "Node.Wire", "Node.Hub", "Node.Rpc", "Node.Host"],
        ["Node.Controller"] = ["Node.Rpc", "Node.Host"],
        ["Node.Push"] = ["Node.Rpc", "Node.Host"],
        ["Node.Web"] = ["Node.Rpc", "Node.Host"],
        ["Node.Biz"] = ["Node.Rpc", "Node.Host"],
        ["Node.Standalone"] = null,
    };

    private static readonly Dictionary<string, string[]> Packages = new()
    {
        ["Node.Transport"] = ["System.IO.Pipelines"],
        ["Node.Wire"] = ["System.IO.Pipelines"],
    };

    /// <summary>A project under src.</summary>
    public static IEnumerable<string> CheckProject(SourceFile file)
    {
        string name = Path.GetFileNameWithoutExtension(file.Path);
        if (!Allowed.TryGetValue(name, out string[]? allowed))
        {
            yield return file.At(1, $"[reference] {name} is not in the design: say what it may know in {nameof(References)}");
            yield break;
        }

        XElement project = XElement.Parse(file.Text);
        foreach (string reference in Includes(project, "ProjectReference"))
        {
            string other = Path.GetFileNameWithoutExtension(reference.Replace('\\', '/'));
            if (allowed is not null && !allowed.Contains(other))
            {
                yield return file.At(1, $"[reference] {name} must not know {other}");
            }
        }

        foreach (string package in Includes(project, "PackageReference"))
        {
            if (Packages.TryGetValue(name, out string[]? packages) && !packages.Contains(package))
            {
                yield return file.At(1, $"[reference] {name} must not need the package {package}");
            }
        }

        if (name is "Node.Transport" or "Node.Wire" or "Node.Hub")
        {
            foreach (string finding in CheckCore(project))
            {
                yield return file.At(1, $"[reference] {name} must not see {finding}");
            }
        }
    }

    /// <summary>A project anywhere: versions stand once, in Directory.Packages.props.</summary>
    public static IEnumerable<string> CheckVersions(SourceFile file) =>
        from reference in XElement.Parse(file.Text).Descendants("PackageReference")
        where reference.Attribute("Version") is not null || reference.Attribute("VersionOverride") is not null
            || reference.Element("Version") is not null
        select file.At(1, $"[version] {(string?)reference.Attribute("Include")}: put its version into Directory.Packages.props");

    public static IEnumerable<string> CheckSolution(SourceFile project, string solution)
    {
        if (!solution.Contains(project.Path.Replace('/', '\\'), StringComparison.Ordinal))
        {
            yield return project.At(1, "[solution] not in Node.sln, so no build of everything sees it");
        }
    }

    private static IEnumerable<string> CheckCore(XElement project) =>
        Includes(project, "FrameworkReference")
            .Concat(Includes(project, "PackageReference").Where(IsForeignToCore))
            .Concat(((string?)project.Attribute("Sdk") ?? "").EndsWith(".Web", StringComparison.Ordinal) ? ["ASP.NET's SDK"] : []);

    // Grpc.Tools is the protobuf compiler at build time; nothing of it runs.
    private static bool IsForeignToCore(string package) =>
        package.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
        || (package.StartsWith("Grpc.", StringComparison.Ordinal) && package != "Grpc.Tools");

    private static IEnumerable<string> Includes(XElement project, string element) =>
        project.Descendants(element).Select(item => (string?)item.Attribute("Include")).OfType<string>();
}
