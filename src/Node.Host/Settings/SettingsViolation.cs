namespace Node.Host.Settings;

/// <summary>A rule between keys that does not hold.</summary>
/// <param name="Keys">Those concerned; the first that is not at its default tells where the mistake is.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Remedy">What to do about it.</param>
public readonly record struct SettingsViolation(string[] Keys, string Problem, string Remedy);
