using System.Security.Cryptography;

namespace Node.Transport;

/// <summary>
/// The certificate that new connections get: read at the start, and again when its files change. Any thread.
/// </summary>
/// <remarks>
/// Contents are compared, not time stamps: certbot and kubernetes swap symbolic links, whose own times say little, and the files
/// are a few kilobytes. A watcher makes it quick; a timer makes it certain, because a watcher sees neither the far end of
/// a link nor a network's file system.
/// </remarks>
internal sealed class CertificateStore : IDisposable
{
    // A pair is two files: after the first change, its partner gets this long to follow.
    private const int SettleMs = 300;

    private readonly TlsOptions _options;
    private readonly List<FileSystemWatcher> _watchers = [];
    private readonly Timer _timer;
    private readonly Lock _loading = new();
    private volatile ServerCertificate _current;
    private byte[] _seen;
    private string? _lastFailure;
    private bool _disposed;

    /// <exception cref="CertificateException">The files cannot be read or used.</exception>
    public CertificateStore(TlsOptions options)
    {
        _options = options;
        (byte[] certificate, byte[]? key) = ReadFiles();
        _seen = Fingerprint(certificate, key);
        _current = ServerCertificate.Load(options, certificate, key);
        _timer = new Timer(_ => Check(), null, options.CheckEveryMs, options.CheckEveryMs);
        Watch(options.CertificateFile);
        if (options.KeyFile is { } keyFile && DirectoryOf(keyFile) != DirectoryOf(options.CertificateFile))
        {
            Watch(keyFile);
        }
    }

    public ServerCertificate Current => _current;

    /// <summary>Looks at the files now.</summary>
    public void Check()
    {
        lock (_loading)
        {
            if (_disposed)
            {
                return;
            }

            try
            {
                (byte[] certificate, byte[]? key) = ReadFiles();
                byte[] fingerprint = Fingerprint(certificate, key);
                if (fingerprint.AsSpan().SequenceEqual(_seen))
                {
                    return;
                }

                // Noted before it is tried: a broken pair is reported once, not at every look.
                _seen = fingerprint;
                _current = ServerCertificate.Load(_options, certificate, key);
                _lastFailure = null;
            }
            catch (CertificateException exception)
            {
                ReportFailure(exception.Message);
                return;
            }
        }

        _options.Reloaded?.Invoke(_current.Leaf);
    }

    public void Dispose()
    {
        lock (_loading)
        {
            _disposed = true;
        }

        _timer.Dispose();
        foreach (FileSystemWatcher watcher in _watchers)
        {
            watcher.Dispose();
        }
    }

    private static string DirectoryOf(string file) => Path.GetDirectoryName(Path.GetFullPath(file))!;

    private static byte[] Fingerprint(byte[] certificate, byte[]? key) =>
        [.. SHA256.HashData(certificate), .. SHA256.HashData(key ?? [])];

    private static byte[] Read(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException($"{file}: cannot be read: {exception.Message}", exception);
        }
    }

    private (byte[] Certificate, byte[]? Key) ReadFiles() =>
        (Read(_options.CertificateFile), _options.KeyFile is { } keyFile ? Read(keyFile) : null);

    private void ReportFailure(string reason)
    {
        // A file that is missing for longer is one failure too, not one a look.
        if (reason != _lastFailure)
        {
            _lastFailure = reason;
            _options.ReloadFailed?.Invoke(reason);
        }
    }

    private void Watch(string file)
    {
        try
        {
            var watcher = new FileSystemWatcher(DirectoryOf(file));
            watcher.Changed += OnChange;
            watcher.Created += OnChange;
            watcher.Renamed += OnChange;
            watcher.Deleted += OnChange;
            watcher.EnableRaisingEvents = true;
            _watchers.Add(watcher);
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or PlatformNotSupportedException)
        {
            // Out of watches, or a file system without them: the timer alone then finds the change.
        }
    }

    private void OnChange(object sender, FileSystemEventArgs change)
    {
        lock (_loading)
        {
            if (!_disposed)
            {
                _timer.Change(SettleMs, _options.CheckEveryMs);
            }
        }
    }
}
