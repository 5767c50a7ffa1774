namespace Node.Web.Api;

/// <summary>Ends connections of a user.</summary>
/// <param name="User">Whose.</param>
/// <param name="Client">Only the connection that <c>connect</c> gave this name; empty: all of them.</param>
/// <param name="Code">The close code.</param>
/// <param name="Reason">What the client is told.</param>
public sealed record Kick(string User, string Client, ushort Code, string Reason)
{
    /// <summary>"Kicked", of <c>protocol/codes.md</c>.</summary>
    public const ushort DefaultCode = 3502;
}

/// <param name="Connections">How many connections were told to end.</param>
public sealed record KickResult(int Connections);
