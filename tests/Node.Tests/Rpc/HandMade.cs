using System.Buffers;
using Grpc.Core;

namespace Node.Tests.Rpc;

/// <summary>Services and methods without a contract: their messages are bytes.</summary>
internal static class HandMade
{
    public static readonly Marshaller<byte[]> Bytes = Marshallers.Create<byte[]>(
        (bytes, context) => context.Complete(bytes), context => context.PayloadAsNewBuffer());

    /// <summary>Tells its length to nobody.</summary>
    public static readonly Marshaller<byte[]> Streamed = Marshallers.Create<byte[]>(
        (bytes, context) =>
        {
            context.GetBufferWriter().Write(bytes);
            context.Complete();
        },
        context => context.PayloadAsNewBuffer());

    public static readonly Method<byte[], byte[]> Unary = Method("Unary", MethodType.Unary);
    public static readonly Method<byte[], byte[]> Back = Method("Back", MethodType.ServerStreaming);
    public static readonly Method<byte[], byte[]> Both = Method("Both", MethodType.DuplexStreaming);

    public static ServerServiceDefinition ServeUnary(UnaryServerMethod<byte[], byte[]> handler) =>
        ServerServiceDefinition.CreateBuilder().AddMethod(Unary, handler).Build();

    public static ServerServiceDefinition ServeBack(ServerStreamingServerMethod<byte[], byte[]> handler) =>
        ServerServiceDefinition.CreateBuilder().AddMethod(Back, handler).Build();

    public static ServerServiceDefinition ServeBoth(DuplexStreamingServerMethod<byte[], byte[]> handler) =>
        ServerServiceDefinition.CreateBuilder().AddMethod(Both, handler).Build();

    private static Method<byte[], byte[]> Method(string name, MethodType type) => new(type, "hand.Made", name, Streamed, Bytes);
}
