namespace Grpc.Core;

/// <summary>What both sides know of a method. Immutable; any thread.</summary>
/// <param name="type">How many messages go each way.</param>
/// <param name="serviceName">With its package.</param>
/// <param name="name">Without it.</param>
/// <param name="requestMarshaller">For what the client says.</param>
/// <param name="responseMarshaller">For what the server says.</param>
public sealed class Method<TRequest, TResponse>(
    MethodType type,
    string serviceName,
    string name,
    Marshaller<TRequest> requestMarshaller,
    Marshaller<TResponse> responseMarshaller)
{
    public MethodType Type { get; } = type;

    public string ServiceName { get; } = serviceName;

    public string Name { get; } = name;

    /// <summary>The path of the HTTP request: <c>/package.Service/Method</c>.</summary>
    public string FullName { get; } = $"/{serviceName}/{name}";

    public Marshaller<TRequest> RequestMarshaller { get; } = requestMarshaller;

    public Marshaller<TResponse> ResponseMarshaller { get; } = responseMarshaller;
}
