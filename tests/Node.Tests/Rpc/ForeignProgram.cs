using System.Diagnostics;
using Node.Tests.Tidy;

namespace Node.Tests.Rpc;

/// <summary>The other ends of interop: scripts in tests/conformance/grpc on grpc-js and on Debian's grpcio.</summary>
public sealed class ForeignProgram
{
    /// <summary>Long beyond any doubt: a test that reaches it has failed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Debian's own: another Python on the path does not see Debian's packages.
    private const string Python = "/usr/bin/python3";

    private static readonly string Folder = SourceFile.Full("tests/conformance/grpc");

    private readonly string _program;
    private readonly string _suffix;
    private readonly Func<string> _contract;
    private readonly Lazy<string?> _missing;

    private ForeignProgram(string program, string suffix, Func<string> contract, Func<string?> missing)
    {
        _program = program;
        _suffix = suffix;
        _contract = contract;
        _missing = new(missing);
    }

    public static ForeignProgram GrpcJs { get; } = new(
        "node",
        "mjs",
        () => SourceFile.Full("tests/Node.Tests/Rpc/probe.proto"),
        () => Directory.Exists(SourceFile.Full("tests/conformance/node_modules/@grpc/grpc-js"))
            ? null
            : "grpc-js is not installed: npm ci in tests/conformance");

    public static ForeignProgram Grpcio { get; } = new(
        Python,
        "py",
        WriteDescriptors,
        () => File.Exists(Python) && Succeeds(Python, "-c", "import grpc, google.protobuf")
            ? null
            : "grpcio is not installed: Debian has it as python3-grpcio and python3-protobuf");

    public void SkipIfMissing() => Assert.SkipWhen(_missing.Value is not null, _missing.Value ?? "");

    /// <summary>Starts <c>client</c> or <c>server</c> with the contract and these arguments.</summary>
    public Process Start(string script, params string[] arguments) => Process.Start(
        new ProcessStartInfo(_program, [Path.Combine(Folder, $"{script}.{_suffix}"), _contract(), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PYTHONDONTWRITEBYTECODE"] = "1", ["PYTHONIOENCODING"] = "utf-8", ["LC_ALL"] = "C.UTF-8" },
        })!;

    private static bool Succeeds(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static string WriteDescriptors()
    {
        string file = Path.Combine(AppContext.BaseDirectory, "probe.descriptors");
        if (!File.Exists(file))
        {
            // Whole or not at all: tests that run beside this one read it.
            string part = $"{file}.{Guid.NewGuid():N}";
            File.WriteAllBytes(part, ProbeReflection.Descriptor.SerializedData.ToByteArray());
            File.Move(part, file, overwrite: true);
        }

        return file;
    }
}
