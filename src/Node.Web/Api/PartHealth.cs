namespace Node.Web.Api;

/// <summary>One part of the system, as this process sees it.</summary>
/// <param name="Name">Of the process or store: an id or an address.</param>
/// <param name="Role">connect-node, push-manager, controller-manager, store.</param>
/// <param name="State"><see cref="Ok"/>, <see cref="Behind"/> or <see cref="Away"/>.</param>
/// <param name="Detail">For a person; empty when there is nothing to say.</param>
public sealed record PartHealth(string Name, string Role, string State, string Detail = "")
{
    public const string Ok = "ok";

    /// <summary>It answers, and has work waiting that it could not do yet.</summary>
    public const string Behind = "behind";

    public const string Away = "away";
}

/// <param name="Status">ok, or degraded when a part is not.</param>
/// <param name="Parts">All of them.</param>
public sealed record HealthReport(string Status, IReadOnlyList<PartHealth> Parts)
{
    public static HealthReport Of(IReadOnlyList<PartHealth> parts) =>
        new(parts.All(part => part.State == PartHealth.Ok) ? "ok" : "degraded", parts);
}
