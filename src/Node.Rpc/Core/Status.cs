namespace Grpc.Core;

/// <summary>How a call ended, with a word for people.</summary>
/// <param name="StatusCode">The code that programs look at.</param>
/// <param name="Detail">Travels to the other side: no secrets, no stack traces.</param>
/// <param name="DebugException">What caused it on this side. It does not travel.</param>
public readonly record struct Status(StatusCode StatusCode, string Detail, Exception? DebugException = null)
{
    public static readonly Status DefaultSuccess = new(StatusCode.OK, "");

    public static readonly Status DefaultCancelled = new(StatusCode.Cancelled, "");

    public override string ToString() => $"{StatusCode}: {Detail}";
}
