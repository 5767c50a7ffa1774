using System.Net.Security;

namespace Node.Rpc;

/// <summary>The HTTP/2 client of a channel.</summary>
internal static class SocketsHandler
{
    /// <exception cref="IOException">A file of TLS cannot be used; the message names it.</exception>
    public static SocketsHttpHandler Create(GrpcChannelOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            // One: calls share it, and order within a stream needs no second one.
            EnableMultipleHttp2Connections = false,
            ConnectTimeout = options.ConnectTimeout,
            KeepAlivePingDelay = options.KeepAliveDelay,
            KeepAlivePingTimeout = options.KeepAliveTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
        };
        if (options.Tls is { } tls)
        {
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificateContext = TlsFiles.Certificate(tls),
                CertificateChainPolicy = TlsFiles.Authorities(tls),
            };
        }

        return handler;
    }
}
