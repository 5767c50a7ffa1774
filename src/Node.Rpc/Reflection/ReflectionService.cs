using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;

namespace Node.Rpc;

/// <summary>
/// The standard reflection service: tells a client that has no contracts what this server serves. Immutable; any thread.
/// </summary>
internal sealed class ReflectionService(IReadOnlyList<ServiceDescriptor> services) : ServerReflection.ServerReflectionBase
{
    private readonly SymbolIndex _index = new(services);

    /// <summary>Under both its names. Their messages are the same on the wire, so that one serves both.</summary>
    /// <param name="server">Where.</param>
    /// <param name="mapped">What is mapped there; reflection itself comes to it.</param>
    public static void Map(RpcServer server, IReadOnlyList<ServiceDescriptor> mapped)
    {
        ServiceDescriptor older = Grpc.Reflection.V1Alpha.ServerReflection.Descriptor;
        var service = new ReflectionService([.. mapped, ServerReflection.Descriptor, older]);
        MethodDescriptor method = older.Methods.Single();
        server.MapGrpcService(service);
        server.MapGrpcService(ServerServiceDefinition.CreateBuilder()
            .AddMethod(
                new Method<ServerReflectionRequest, ServerReflectionResponse>(
                    MethodType.DuplexStreaming,
                    older.FullName,
                    method.Name,
                    MarshallerOf(ServerReflectionRequest.Parser),
                    MarshallerOf(ServerReflectionResponse.Parser)),
                service.ServerReflectionInfo)
            .Build());
    }

    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream,
        IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context)
    {
        await foreach (ServerReflectionRequest request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            ServerReflectionResponse response = Answer(request);
            response.ValidHost = request.Host;
            response.OriginalRequest = request;
            await responseStream.WriteAsync(response);
        }
    }

    private ServerReflectionResponse Answer(ServerReflectionRequest request) => request.MessageRequestCase switch
    {
        ServerReflectionRequest.MessageRequestOneofCase.ListServices => List(),
        ServerReflectionRequest.MessageRequestOneofCase.FileByFilename => Files(_index.FindFile(request.FileByFilename)),
        ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol => Files(_index.FindSymbol(request.FileContainingSymbol)),
        ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType => Extensions(request.AllExtensionNumbersOfType),

        // The contracts are proto3, which extends nothing.
        ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension => Error(StatusCode.NotFound, "there is no such extension"),
        _ => Error(StatusCode.InvalidArgument, "the request asks for nothing"),
    };

    private ServerReflectionResponse List()
    {
        var list = new ListServiceResponse();
        list.Service.AddRange(services.Select(service => new ServiceResponse { Name = service.FullName }));
        return new ServerReflectionResponse { ListServicesResponse = list };
    }

    private ServerReflectionResponse Extensions(string type) => _index.IsMessage(type)
        ? new() { AllExtensionNumbersResponse = new ExtensionNumberResponse { BaseTypeName = type } }
        : Error(StatusCode.NotFound, $"there is no message '{type}'");

    private static ServerReflectionResponse Files(IEnumerable<ByteString>? files)
    {
        if (files is null) return Error(StatusCode.NotFound, "there is no such file or symbol");
        var response = new FileDescriptorResponse();
        response.FileDescriptorProto.AddRange(files);
        return new ServerReflectionResponse { FileDescriptorResponse = response };
    }

    private static ServerReflectionResponse Error(StatusCode code, string message) =>
        new() { ErrorResponse = new ErrorResponse { ErrorCode = (int)code, ErrorMessage = message } };

    private static Marshaller<T> MarshallerOf<T>(MessageParser<T> parser)
        where T : IMessage<T> => Marshallers.Create<T>(
            (message, context) => context.Complete(message.ToByteArray()),
            context => parser.ParseFrom(context.PayloadAsReadOnlySequence()));
}
