using Grpc.Core;
using Node.Protocol.Etcd;

namespace Node.Rpc.Etcd;

/// <summary>Turns user and password into the token that goes with each call, and keeps it until it is refused. Any thread.</summary>
internal sealed class EtcdCredentials(EtcdEndpoints endpoints, EtcdOptions options) : IDisposable
{
    private const string Header = "token";

    private readonly SemaphoreSlim _fetching = new(1);
    private volatile string? _token;

    /// <summary>Whether there is a user to fetch a token for.</summary>
    public bool CanRenew => options.User is not null;

    /// <summary>The headers of a call; fetches a token where there is none.</summary>
    /// <exception cref="EtcdException">Denied: etcd does not know user and password; or it could not be asked.</exception>
    public async Task<Metadata> HeadersAsync(EtcdEndpoint endpoint, CancellationToken cancel)
    {
        var headers = new Metadata();
        if (CanRenew && await TokenAsync(endpoint, cancel).ConfigureAwait(false) is { Length: > 0 } token)
        {
            headers.Add(Header, token);
        }

        return headers;
    }

    public void Forget() => _token = null;

    public void Dispose() => _fetching.Dispose();

    private async Task<string> TokenAsync(EtcdEndpoint endpoint, CancellationToken cancel)
    {
        if (_token is { } known)
        {
            return known;
        }

        // One asks for all: etcd checks passwords with bcrypt, which is slow on purpose.
        await _fetching.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return _token ??= await FetchAsync(endpoint, cancel).ConfigureAwait(false);
        }
        finally
        {
            _fetching.Release();
        }
    }

    private async Task<string> FetchAsync(EtcdEndpoint endpoint, CancellationToken cancel)
    {
        var request = new AuthenticateRequest { Name = options.User, Password = options.Password ?? "" };
        try
        {
            AuthenticateResponse answer = await endpoints.CallAsync(
                endpoint, (etcd, call) => etcd.Users.AuthenticateAsync(request, call), [], cancel).ConfigureAwait(false);
            return answer.Token;
        }
        catch (EtcdException error) when (error.InnerException is RpcException { StatusCode: StatusCode.FailedPrecondition })
        {
            // Users are switched off in this etcd: calls go without a token, until one is refused.
            return "";
        }
    }
}
