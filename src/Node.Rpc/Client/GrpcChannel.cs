using System.Collections.Concurrent;
using Grpc.Core;

namespace Node.Rpc;

/// <summary>
/// A way to one server: one HTTP/2 connection, made by the first call and made again by the first call after it broke. Any thread.
/// </summary>
public sealed class GrpcChannel : ChannelBase, IDisposable
{
    private readonly Uri _address;
    private readonly HttpMessageInvoker _http;
    private readonly CancellationTokenSource _disposed = new();
    private readonly ConcurrentDictionary<string, Uri> _uris = [];

    private GrpcChannel(Uri address, GrpcChannelOptions options) : base(address.Authority)
    {
        _address = address;
        Options = options;
        Authorization = options.Token is { } token ? TokenHeader.Value(token) : null;
        _http = new HttpMessageInvoker(SocketsHandler.Create(options));
    }

    /// <summary>Cancelled when the channel is disposed.</summary>
    internal CancellationToken Disposed => _disposed.Token;

    internal GrpcChannelOptions Options { get; }

    internal string? Authorization { get; }

    /// <param name="address"><c>http://host:port</c>, or <c>https://</c> with TLS.</param>
    /// <param name="options">The defaults when null.</param>
    /// <exception cref="UriFormatException">The address is none.</exception>
    /// <exception cref="ArgumentException">It is neither http nor https.</exception>
    /// <exception cref="IOException">A file of TLS cannot be used; the message names it.</exception>
    public static GrpcChannel ForAddress(string address, GrpcChannelOptions? options = null) => ForAddress(new Uri(address), options);

    /// <inheritdoc cref="ForAddress(string, GrpcChannelOptions?)"/>
    public static GrpcChannel ForAddress(Uri address, GrpcChannelOptions? options = null)
    {
        if (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)
        {
            throw new ArgumentException($"gRPC address '{address}': must begin with http:// or https://", nameof(address));
        }

        return new(address, options ?? new());
    }

    public override CallInvoker CreateCallInvoker() => new HttpCallInvoker(this);

    /// <summary>Ends the connection, and running calls with CANCELLED.</summary>
    public void Dispose()
    {
        // Never disposed: calls that are being made look at it, and it holds nothing once it is cancelled.
        _disposed.Cancel();
        _http.Dispose();
    }

    internal Uri UriOf(string path) => _uris.GetOrAdd(path, static (path, address) => new Uri(address, path), _address);

    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation) =>
        _http.SendAsync(request, cancellation);
}
