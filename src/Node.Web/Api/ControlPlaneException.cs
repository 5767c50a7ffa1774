using Microsoft.AspNetCore.Http;

namespace Node.Web.Api;

/// <summary>Why the system behind the API did not do what it was asked to.</summary>
public enum ControlPlaneFailure
{
    /// <summary>It takes the call for wrong.</summary>
    Refused,

    /// <summary>The call does not go with the state that it found.</summary>
    Conflict,

    /// <summary>It has too much to do.</summary>
    Busy,

    /// <summary>It answered something that makes no sense, or does not let this process in.</summary>
    Broken,

    /// <summary>Nobody answers.</summary>
    Away,

    /// <summary>Nobody answered in time; what was asked may happen all the same.</summary>
    Late,
}

/// <summary>The system behind the API cannot do it; the message is for whoever called the API.</summary>
public sealed class ControlPlaneException(ControlPlaneFailure failure, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public ControlPlaneFailure Failure => failure;

    internal int Status => failure switch
    {
        ControlPlaneFailure.Refused => StatusCodes.Status400BadRequest,
        ControlPlaneFailure.Conflict => StatusCodes.Status409Conflict,
        ControlPlaneFailure.Busy => StatusCodes.Status429TooManyRequests,
        ControlPlaneFailure.Away => StatusCodes.Status503ServiceUnavailable,
        ControlPlaneFailure.Late => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status502BadGateway,
    };
}
