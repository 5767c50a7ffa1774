using Microsoft.Extensions.Logging;
using Node.Host.Logging;

namespace Node.Host.Settings;

/// <summary>
/// Follows the settings file while the process runs: hot keys come in force, others are named in a warning, and a bad file changes
/// nothing. Any thread.
/// </summary>
/// <remarks>
/// Notifications make it quick, a slow poll makes it certain: a link whose target lies elsewhere, a folder that is itself a link,
/// a network file system or an exhausted inotify limit all fall through notifications. A text counts once it was read twice the
/// same, one <see cref="SettleTime"/> apart: a writer that truncates first must not put a half file in force.
/// </remarks>
public sealed class SettingsWatcher<T> : IDisposable
    where T : class, ISettings<T>, new()
{
    private readonly SettingsLoader<T> _loader;
    private readonly ILogger _log;
    private readonly ITimer _settle;
    private readonly ITimer _poll;
    private readonly Lock _checking = new();
    private FileSystemWatcher? _notifications;
    private FileReading _done;
    private FileReading? _candidate;
    private volatile T _current;
    private volatile bool _disposed;

    /// <param name="loader">Reads the file again.</param>
    /// <param name="initial">What the process started with, from the same loader.</param>
    /// <param name="log">Takes the events 10 to 15 of <see cref="HostLog"/>.</param>
    /// <param name="time">The clock of both delays; the system's when null.</param>
    public SettingsWatcher(SettingsLoader<T> loader, LoadedSettings<T> initial, ILogger log, TimeProvider? time = null)
    {
        (_loader, _log, _current, _done) = (loader, log, initial.Settings, initial.File);
        time ??= TimeProvider.System;
        _settle = time.CreateTimer(_ => Check(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _poll = time.CreateTimer(_ => Check(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Raised after each change of hot keys, on a pool thread, one change at a time. A handler must not block; one that throws is
    /// logged and costs the others nothing.
    /// </summary>
    public event Action<SettingsChange<T>>? Changed;

    /// <summary>The settings in force.</summary>
    public T Current => _current;

    /// <summary>Quiet time after which a changed file is taken.</summary>
    public TimeSpan SettleTime { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Time between two looks at the file where no notification comes.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Begins to follow the file; does nothing without one. What changed since it was loaded is taken as well.</summary>
    public void Start()
    {
        if (_loader.Path is not { } path)
        {
            return;
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        try
        {
            // The whole folder, not the file: an editor renames over it, and Kubernetes swaps a link beside it (..data).
            _notifications = new FileSystemWatcher(folder)
            {
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size,
            };
            _notifications.Changed += (_, _) => ArmSettle();
            _notifications.Created += (_, _) => ArmSettle();
            _notifications.Renamed += (_, _) => ArmSettle();
            _notifications.EnableRaisingEvents = true;
        }
        catch (Exception error) when (error is IOException or ArgumentException)
        {
            _log.SettingsNotNotified(path, PollInterval, error.Message);
        }

        _poll.Change(PollInterval, PollInterval);
        ArmSettle();
    }

    /// <summary>Stops following. A check that is under way ends, and reports nothing more.</summary>
    public void Dispose()
    {
        _disposed = true;
        _notifications?.Dispose();
        _settle.Dispose();
        _poll.Dispose();
    }

    private void ArmSettle()
    {
        if (!_disposed)
        {
            _settle.Change(SettleTime, Timeout.InfiniteTimeSpan);
        }
    }

    private void Check()
    {
        lock (_checking)
        {
            if (_disposed)
            {
                return;
            }

            FileReading reading = _loader.ReadFile();
            if (reading == _done)
            {
                _candidate = null;
            }
            else if (reading == _candidate)
            {
                (_done, _candidate) = (reading, null);
                Reload(reading);
            }
            else
            {
                _candidate = reading;
                ArmSettle();
            }
        }
    }

    private void Reload(FileReading reading)
    {
        try
        {
            LoadedSettings<T> loaded = _loader.Parse(reading);
            var next = (T)T.Table.TakeHot(_current, loaded.Settings);
            RefuseBroken(next);
            IReadOnlyList<SettingKey> waiting = T.Table.Changes(next, loaded.Settings);
            if (waiting.Count > 0)
            {
                _log.SettingsNeedRestart(Describe(waiting, next, loaded.Settings));
            }

            foreach (string warning in loaded.Warnings)
            {
                _log.SettingsWarning(warning);
            }

            PutInForce(next);
        }
        catch (SettingsException error)
        {
            _log.SettingsRefused(_loader.Path!, string.Join(" | ", error.Errors));
        }
    }

    /// <summary>The new hot keys may not go with the old ones that wait for a restart, though each file by itself was right.</summary>
    private void RefuseBroken(T next)
    {
        SettingsError[] errors = [.. T.Violations(next).Select(violation => new SettingsError(
            new SettingOrigin(_loader.Path!), violation.Keys[0], violation.Problem + " (with the values that wait for a restart)", violation.Remedy))];
        if (errors.Length > 0)
        {
            throw new SettingsException(errors);
        }
    }

    private void PutInForce(T next)
    {
        T previous = _current;
        IReadOnlyList<SettingKey> changed = T.Table.Changes(previous, next);
        if (changed.Count == 0)
        {
            _log.SettingsUnchanged(_loader.Path!);
            return;
        }

        _current = next;
        _log.SettingsReloaded(Describe(changed, previous, next));
        SettingsChange<T> change = new(previous, next, changed);
        foreach (Action<SettingsChange<T>> handler in (Changed?.GetInvocationList() ?? []).Cast<Action<SettingsChange<T>>>())
        {
            try
            {
                handler(change);
            }
            catch (Exception error)
            {
                _log.SettingsHandlerFailed(error);
            }
        }
    }

    private static string Describe(IReadOnlyList<SettingKey> keys, T from, T to) => string.Join(", ", keys.Select(key =>
        $"{key.Path}: {key.Display(T.Table.Get(from, key))} -> {key.Display(T.Table.Get(to, key))}"));
}
