using System.Net;
using System.Net.Security;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Node.Rpc;

/// <summary>
/// A gRPC server: the services that were mapped, the standard health service, reflection (v1, v1alpha). Methods may be called from
/// any thread, each once, <c>Map…</c> before <see cref="StartAsync"/>.
/// </summary>
public sealed class RpcServer : IAsyncDisposable
{
    private readonly RpcServerOptions _options;
    private readonly Action<ILoggingBuilder>? _logging;
    private readonly MethodTable _methods = new();
    private readonly List<ServiceDescriptor> _services = [];
    private readonly CancellationTokenSource _stopping = new();
    private WebApplication? _app;
    private bool _isDisposed;

    /// <summary>Nothing is opened before <see cref="StartAsync"/>.</summary>
    /// <param name="options">Checked here.</param>
    /// <param name="logging">Where to log; nowhere when null.</param>
    /// <exception cref="ArgumentException">An option is wrong; the message says which.</exception>
    public RpcServer(RpcServerOptions options, Action<ILoggingBuilder>? logging = null)
    {
        if (options.Validate() is { } wrong) throw new ArgumentException(wrong, nameof(options));
        _options = options;
        _logging = logging;
        MapGrpcService(Health);
    }

    /// <summary>The port it listens on, once started.</summary>
    public int Port { get; private set; }

    /// <summary>The process and every mapped service are serving unless told otherwise; from <see cref="StopAsync"/> on, none is.</summary>
    public HealthService Health { get; } = new();

    /// <summary>Cancelled when the server begins to stop: streams that would stay open end then.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Serves a generated service; one object for all calls.</summary>
    /// <exception cref="ArgumentException">It does not derive from a generated base, or a method of its name is there.</exception>
    public RpcServer MapGrpcService<TService>(TService service)
        where TService : class
    {
        ServiceDescriptor descriptor = GeneratedService.Bind(service, _methods);
        _services.Add(descriptor);
        Health.Set(descriptor.FullName, isServing: true);
        return this;
    }

    /// <summary>Serves methods that were put together by hand. Reflection and health do not know them.</summary>
    /// <exception cref="ArgumentException">A method of that name is there.</exception>
    public RpcServer MapGrpcService(ServerServiceDefinition service)
    {
        service.BindService(_methods);
        return this;
    }

    /// <exception cref="IOException">The address cannot be bound, or a file of TLS not be used; the message names it.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        ReflectionService.Map(this, _services);
        _app = Build();
        await _app.StartAsync(cancellation);
        Port = new Uri(_app.Urls.First().Replace("*", "localhost", StringComparison.Ordinal)).Port;
    }

    /// <summary>Takes no more calls and lets open ones finish, for as long as <paramref name="deadline"/> is not cancelled.</summary>
    public async Task StopAsync(CancellationToken deadline = default)
    {
        Health.Stop();
        await _stopping.CancelAsync();
        if (_app is not null) await _app.StopAsync(deadline);
    }

    /// <summary>Cuts what is still open.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true)) return;
        await StopAsync(new CancellationToken(canceled: true));
        if (_app is not null) await _app.DisposeAsync();
        _stopping.Dispose();
    }

    private WebApplication Build()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(Configure);
        builder.Services.AddSingleton<IHostLifetime, OwnerLifetime>();

        // Below a warning, ASP.NET writes several lines for every request.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        _logging?.Invoke(builder.Logging);

        WebApplication app = builder.Build();
        var router = new CallRouter(_methods.Freeze(), _options, app.Services.GetRequiredService<ILogger<RpcServer>>());
        app.Run(router.HandleAsync);
        return app;
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        KestrelServerLimits limits = kestrel.Limits;

        // Streams last, and may be silent: their messages are bounded, a dead peer is found by pings.
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.Http2.MaxStreamsPerConnection = _options.MaxCallsPerConnection;
        limits.Http2.KeepAlivePingDelay = _options.KeepAliveDelay;
        limits.Http2.KeepAlivePingTimeout = _options.KeepAliveTimeout;
        if (_options.BindAddress == "*") kestrel.ListenAnyIP(_options.Port, Listen);
        else kestrel.Listen(IPAddress.Parse(_options.BindAddress), _options.Port, Listen);
    }

    private void Listen(ListenOptions listen)
    {
        // Alone: without TLS there is nothing to tell HTTP/1.1 from it by.
        listen.Protocols = HttpProtocols.Http2;
        if (_options.Tls is not { } tls) return;
        var server = new SslServerAuthenticationOptions
        {
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            ServerCertificateContext = TlsFiles.Certificate(tls),
            CertificateChainPolicy = TlsFiles.Authorities(tls),
            ClientCertificateRequired = tls.AuthorityFile is not null,
        };
        listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(server) });
    }

    /// <summary>The owner decides when to stop; the default lifetime takes SIGINT and SIGTERM for itself.</summary>
    private sealed class OwnerLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
