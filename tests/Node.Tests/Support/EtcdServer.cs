using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Node.Rpc;
using Node.Rpc.Etcd;
using Node.Tests.Settings;

namespace Node.Tests.Support;

/// <summary>A real etcd of one member, on private ports and in a folder of its own, that can be killed, frozen and emptied.</summary>
internal sealed class EtcdServer : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestFolder _folder = new();
    private readonly int _port = FreePorts.Next();
    private readonly int _peerPort = FreePorts.Next();
    private readonly IPAddress _host;
    private readonly SelfSignedCertificate? _certificate;
    private readonly StringBuilder _output = new();
    private Process? _process;

    private EtcdServer(bool tls, IPAddress host) => (_certificate, _host) = (tls ? new SelfSignedCertificate(_folder) : null, host);

    public Uri Endpoint => new($"{(_certificate is null ? "http" : "https")}://{Address}");

    public IPEndPoint Address => new(_host, _port);

    /// <summary>Trusts this etcd; null where it speaks no TLS.</summary>
    public RpcTls? Tls => _certificate is null ? null : new RpcTls { AuthorityFile = _certificate.CertificateFile };

    /// <summary>Skips the test where there is no etcd.</summary>
    /// <param name="tls">Whether it speaks TLS.</param>
    /// <param name="host">What its clients' port is bound to; null: loopback.</param>
    public static async Task<EtcdServer> StartAsync(bool tls = false, IPAddress? host = null)
    {
        Assert.SkipUnless(Find("etcd") is not null, "etcd is not installed");
        EtcdServer server = new(tls, host ?? IPAddress.Loopback);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Of the usual patience of a client, over this etcd or over other ways to it.</summary>
    public EtcdClient Client(params Uri[] endpoints) => new(Options(endpoints));

    public EtcdOptions Options(params Uri[] endpoints) => new() { Endpoints = endpoints.Length > 0 ? endpoints : [Endpoint], Tls = Tls };

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>On the same ports, with the data that there is.</summary>
    public async Task StartAgainAsync()
    {
        List<string> arguments =
        [
            "--data-dir", _folder.At("data"), "--listen-client-urls", $"{Endpoint.Scheme}://{Address}",
            "--advertise-client-urls", $"{Endpoint.Scheme}://{Address}",
            "--listen-peer-urls", $"http://127.0.0.1:{_peerPort}", "--initial-advertise-peer-urls", $"http://127.0.0.1:{_peerPort}",
            "--initial-cluster", $"default=http://127.0.0.1:{_peerPort}", "--logger", "zap",
            // The shortest lease is one and a half of the election timeout; restarts wait for an election.
            "--heartbeat-interval", "50", "--election-timeout", "500", "--experimental-watch-progress-notify-interval", "200ms",
        ];
        if (_certificate is not null)
        {
            arguments.AddRange(["--cert-file", _certificate.CertificateFile, "--key-file", _certificate.KeyFile]);
        }

        TaskCompletionSource serves = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = new Process { StartInfo = new ProcessStartInfo("etcd", arguments) { RedirectStandardError = true } };
        _process.ErrorDataReceived += (_, line) => Keep(line.Data, serves);
        _process.Start();
        _process.BeginErrorReadLine();
        await serves.Task.WaitAsync(Patience);
    }

    /// <summary>kill -9, and all data gone.</summary>
    public async Task WipeAsync()
    {
        await KillAsync();
        Directory.Delete(_folder.At("data"), recursive: true);
        await StartAgainAsync();
    }

    /// <summary>SIGSTOP: it neither answers nor breaks.</summary>
    public Task FreezeAsync() => SignalAsync("-STOP", _process!.Id);

    public Task ThawAsync() => SignalAsync("-CONT", _process!.Id);

    /// <summary>A request of etcd's administration, by its JSON gateway.</summary>
    public async Task<JsonElement> AskAsync(string path, object body, string? token = null)
    {
        using HttpClient http = new() { BaseAddress = Endpoint };
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = JsonContent.Create(body, options: JsonSerializerOptions.Default) };
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", token);
        }

        using HttpResponseMessage answer = await http.SendAsync(request);
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).Clone();
    }

    /// <summary>Switches users on: root, and one who may use keys with a prefix alone.</summary>
    public async Task EnableUsersAsync(string rootPassword, string user, string password, string prefix)
    {
        await AskAsync("/v3/auth/user/add", new { name = "root", password = rootPassword });
        await AskAsync("/v3/auth/user/grant", new { user = "root", role = "root" });
        await AskAsync("/v3/auth/user/add", new { name = user, password });
        await AskAsync("/v3/auth/role/add", new { name = "some" });
        string from = Base64(prefix), until = Base64(prefix[..^1] + (char)(prefix[^1] + 1));
        await AskAsync("/v3/auth/role/grant", new { name = "some", perm = new { permType = "READWRITE", key = from, range_end = until } });
        await AskAsync("/v3/auth/user/grant", new { user, role = "some" });
        await AskAsync("/v3/auth/enable", new { });
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        _folder.Dispose();
    }

    public static Task SignalAsync(string signal, int process) =>
        Process.Start("kill", [signal, process.ToString(CultureInfo.InvariantCulture)]).WaitForExitAsync();

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private void Keep(string? line, TaskCompletionSource serves)
    {
        if (line is null)
        {
            string all = _output.ToString();
            serves.TrySetException(new InvalidOperationException("etcd ended: " + all[Math.Max(0, all.Length - 2000)..]));
            return;
        }

        _output.AppendLine(line);
        if (line.Contains("serving client traffic", StringComparison.Ordinal))
        {
            serves.TrySetResult();
        }
    }
}
