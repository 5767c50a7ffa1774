using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Node.Web.Api;

namespace Node.Web;

/// <summary>What a <see cref="WebServer"/> stands on.</summary>
public sealed record WebParts
{
    /// <summary>The system behind the HTTP API; null: there is no API.</summary>
    public IControlPlane? ControlPlane { get; init; }

    /// <summary>The nodes that clients are sent to; null: the one of the options.</summary>
    public INodeDirectory? Nodes { get; init; }

    /// <summary>Answers /metrics, to who may use the API; null: there are none here.</summary>
    public RequestDelegate? Metrics { get; init; }

    /// <summary>Null: the ones that are built in.</summary>
    public PageStore? Pages { get; init; }

    /// <summary>Null: nothing is logged.</summary>
    public Action<ILoggingBuilder>? Logging { get; init; }
}
