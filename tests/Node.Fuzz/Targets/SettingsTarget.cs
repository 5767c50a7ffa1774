using System.Text;
using Node.Connect.Settings;
using Node.Host.Settings;

namespace Node.Fuzz.Targets;

/// <summary>A settings file: whatever stands in it, it is read or refused by a <see cref="SettingsException"/> that says where.</summary>
public sealed class SettingsTarget : FuzzTarget
{
    private static readonly SettingsLoader<NodeSettings> Loader = new("node.yaml", _ => null);

    public override string Name => "settings";

    public override IEnumerable<byte[]> Seeds =>
    [
        File.ReadAllBytes(Path.Combine(Repository.Root, "src", "Node.Standalone", "node.yaml")),
        "node:\n  id: ${NODE_ID:node-7}\n  http_port: 8083\n  echo: true\n"u8.ToArray(),
        "queue:\n  policies:\n    - pattern: ticker-*\n      policy: latest_only\n      max_bytes: 64KiB\n"u8.ToArray(),
        "a: &x [1, 2]\nb: *x\nc: {d: \"e\\u00e9\", f: 'g'}\n---\n? |\n  block\n: >-\n  folded\n"u8.ToArray(),
    ];

    public override IReadOnlyList<byte[]> Dictionary { get; } =
    [
        "${"u8.ToArray(), "${A:"u8.ToArray(), "}"u8.ToArray(), "\n  "u8.ToArray(), "\n    - "u8.ToArray(), ": "u8.ToArray(), "\t"u8.ToArray(),
        "&a "u8.ToArray(), "*a"u8.ToArray(), "<<: *a"u8.ToArray(), "!!int "u8.ToArray(), "[[[[[[[["u8.ToArray(), "{a: {b: "u8.ToArray(),
        "\n---\n"u8.ToArray(), "99999999999999999999"u8.ToArray(), "-1"u8.ToArray(), "25s"u8.ToArray(), "null"u8.ToArray(), "# "u8.ToArray(),
    ];

    public override void Run(ReadOnlySpan<byte> input)
    {
        try
        {
            Loader.Parse(new FileReading(Encoding.UTF8.GetString(input), ""));
        }
        catch (SettingsException refusal)
        {
            Broken.Unless(refusal.Errors.Count > 0, "a refusal says why");
        }
    }
}
