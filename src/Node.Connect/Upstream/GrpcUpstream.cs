using Grpc.Core;
using Node.Protocol.Upstream;
using Node.Rpc;

namespace Node.Connect.Upstream;

/// <summary>An application that serves <c>upstream.UpstreamService</c>.</summary>
internal sealed class GrpcUpstream : IUpstreamCall
{
    private readonly GrpcChannel _channel;
    private readonly UpstreamService.UpstreamServiceClient _client;

    public GrpcUpstream(Uri address)
    {
        _channel = GrpcChannel.ForAddress(address);
        _client = new UpstreamService.UpstreamServiceClient(_channel);
    }

    public async Task<BatchAnswer> AskAsync(Batch batch, string token, CancellationToken cancel)
    {
        Metadata headers = [];
        if (token.Length > 0)
        {
            headers.Add("authorization", $"Bearer {token}");
        }

        try
        {
            return await _client.HandleAsync(batch, new CallOptions(headers, CancellationToken: cancel)).ConfigureAwait(false);
        }
        catch (RpcException) when (cancel.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancel);
        }
        catch (RpcException error)
        {
            throw new UpstreamException(OutcomeOf(error.StatusCode), $"{error.StatusCode}: {error.Status.Detail}");
        }
    }

    public void Dispose() => _channel.Dispose();

    private static UpstreamOutcome OutcomeOf(StatusCode code) => code switch
    {
        StatusCode.Unavailable or StatusCode.ResourceExhausted or StatusCode.Aborted or StatusCode.Internal or StatusCode.Unknown
            or StatusCode.Cancelled => UpstreamOutcome.Away,
        StatusCode.DeadlineExceeded => UpstreamOutcome.TimedOut,
        _ => UpstreamOutcome.Refused,
    };
}
