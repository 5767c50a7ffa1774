using System.Globalization;

namespace Node.Host.Settings;

/// <summary>One thing that is wrong: where, which key, what, and what would be right.</summary>
/// <param name="Origin">The place in the file, or the environment variable.</param>
/// <param name="Key">YAML path; empty when no key is concerned.</param>
/// <param name="Problem">What is wrong, in a sentence without a full stop.</param>
/// <param name="Allowed">What is allowed, or a hint; empty when the problem says it all.</param>
public sealed record SettingsError(SettingOrigin Origin, string Key, string Problem, string Allowed = "")
{
    /// <summary><c>node.yaml:12:14: node.http_port: "80833" is out of range; allowed: 0 to 65535</c></summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Origin}: {(Key.Length > 0 ? Key + ": " : "")}{Problem}{(Allowed.Length > 0 ? "; " + Allowed : "")}");
}
