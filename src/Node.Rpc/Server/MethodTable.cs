using System.Collections.Frozen;
using Grpc.Core;

namespace Node.Rpc;

/// <summary>The methods of a server by their paths. Filled before the start.</summary>
internal sealed class MethodTable : ServiceBinderBase
{
    private readonly Dictionary<string, Func<ServerCall, Task>> _methods = [];

    public FrozenDictionary<string, Func<ServerCall, Task>> Freeze() => _methods.ToFrozenDictionary();

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse> handler) =>
        Add(method.FullName, async call =>
        {
            TRequest request = await call.ReadOnlyAsync(method.RequestMarshaller);
            call.WriteOnly(await handler(request, call), method.ResponseMarshaller);
        });

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse> handler) =>
        Add(method.FullName, async call =>
        {
            var requests = new ServerStreamReader<TRequest>(call, method.RequestMarshaller);
            call.WriteOnly(await handler(requests, call), method.ResponseMarshaller);
        });

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse> handler) =>
        Add(method.FullName, async call =>
        {
            TRequest request = await call.ReadOnlyAsync(method.RequestMarshaller);
            await handler(request, new ServerStreamWriter<TResponse>(call, method.ResponseMarshaller), call);
        });

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse> handler) =>
        Add(method.FullName, async call =>
        {
            var requests = new ServerStreamReader<TRequest>(call, method.RequestMarshaller);
            await handler(requests, new ServerStreamWriter<TResponse>(call, method.ResponseMarshaller), call);
        });

    private void Add(string path, Func<ServerCall, Task> run)
    {
        if (!_methods.TryAdd(path, run)) throw new ArgumentException($"the method {path} is mapped already");
    }
}
