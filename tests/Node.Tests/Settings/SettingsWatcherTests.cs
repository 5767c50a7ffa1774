using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Node.Connect.Settings;
using Node.Host.Settings;

namespace Node.Tests.Settings;

public sealed class SettingsWatcherTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TestFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly RecordingLog _log = new();
    private readonly List<SettingsChange<NodeSettings>> _changes = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_hot_key_comes_in_force_and_subscribers_hear_of_it()
    {
        using SettingsWatcher<NodeSettings> watcher = Start("queue: { max_bytes: 1MiB }\n");
        _folder.Replace("node.yaml", "queue: { max_bytes: 2MiB }\n");
        Settle(watcher);
        SettingsChange<NodeSettings> change = Assert.Single(_changes);
        Assert.Equal((1 << 20, 2 << 20), (change.Old.Queue.MaxBytes, change.New.Queue.MaxBytes));
        Assert.Equal("queue.max_bytes", Assert.Single(change.Keys).Path);
        Assert.Same(change.New, watcher.Current);
        Assert.Contains((10, LogLevel.Information, "Settings reloaded: queue.max_bytes: 1MiB -> 2MiB"), _log.Lines);
    }

    [Fact]
    public void A_key_that_needs_a_restart_is_named_and_keeps_its_value()
    {
        using SettingsWatcher<NodeSettings> watcher = Start("");
        _folder.Replace("node.yaml", "node: { http_port: 9000, header_bytes: 16KiB }\n");
        Settle(watcher);
        Assert.Equal((8083, 16384), (watcher.Current.Node.HttpPort, watcher.Current.Node.HeaderBytes));
        Assert.Contains(
            (11, LogLevel.Warning, "Settings changed that need a restart; the old values stay in force: node.http_port: 8083 -> 9000"), _log.Lines);
        Assert.Equal("node.header_bytes", Assert.Single(Assert.Single(_changes).Keys).Path);
    }

    [Fact]
    public void A_bad_file_changes_nothing_and_is_told_once()
    {
        using SettingsWatcher<NodeSettings> watcher = Start("queue: { max_bytes: 2MiB }\n");
        _folder.Replace("node.yaml", "queue:\n  max_bytes: lots\n  polici: close\n");
        Settle(watcher);
        Settle(watcher);
        Assert.Equal(2 << 20, watcher.Current.Queue.MaxBytes);
        Assert.Empty(_changes);
        (int id, _, string text) = Assert.Single(_log.Lines);
        Assert.Equal(12, id);
        Assert.Contains(":2:14: queue.max_bytes: ", text);
        Assert.Contains("did you mean queue.policy?", text);
    }

    [Fact]
    public void A_file_that_is_gone_changes_nothing_and_counts_again_when_it_is_back()
    {
        using SettingsWatcher<NodeSettings> watcher = Start("queue: { max_bytes: 2MiB }\n");
        File.Delete(_folder.At("node.yaml"));
        Settle(watcher);
        Assert.Equal(2 << 20, watcher.Current.Queue.MaxBytes);
        Assert.EndsWith("there is no such file", Assert.Single(_log.Lines).Text);
        _folder.Write("node.yaml", "queue: { max_bytes: 3MiB }\n");
        Settle(watcher);
        Assert.Equal(3 << 20, watcher.Current.Queue.MaxBytes);
    }

    [Fact]
    public void A_file_that_is_being_written_waits_until_it_is_whole()
    {
        using SettingsWatcher<NodeSettings> watcher = Start("queue: { max_bytes: 2MiB }\n");
        _time.Advance(watcher.PollInterval - watcher.SettleTime - (watcher.SettleTime / 2));
        _folder.Write("node.yaml", "");
        _time.Advance(watcher.SettleTime / 2);
        _folder.Write("node.yaml", "queue: { max_bytes: 4MiB }\n");
        _time.Advance(watcher.SettleTime);
        Assert.Empty(_changes);
        Settle(watcher);
        Assert.Equal(4 << 20, Assert.Single(_changes).New.Queue.MaxBytes);
    }

    [Fact]
    public void What_would_not_go_with_values_that_wait_for_a_restart_is_refused()
    {
        using SettingsWatcher<NodeSettings> watcher = Start("auth: { enabled: true, secret: 0123456789abcdef0123456789abcdef }\n");
        _folder.Replace("node.yaml", "auth: { enabled: false }\n");
        Settle(watcher);
        Assert.NotEmpty(watcher.Current.Auth.Secret);
        Assert.Contains("with the values that wait for a restart", Assert.Single(_log.Lines).Text);
    }

    [Fact]
    public void A_handler_that_throws_costs_the_others_nothing()
    {
        using SettingsWatcher<NodeSettings> watcher = Start("", first: _ => throw new InvalidOperationException("broken"));
        _folder.Replace("node.yaml", "log: { level: debug }\n");
        Settle(watcher);
        Assert.Single(_changes);
        Assert.Contains(_log.Lines, line => line.Id == 14);
    }

    [Fact]
    public void A_comment_is_no_change()
    {
        using SettingsWatcher<NodeSettings> watcher = Start("");
        _folder.Replace("node.yaml", "# nothing\n");
        Settle(watcher);
        Assert.Empty(_changes);
        Assert.Equal(13, Assert.Single(_log.Lines).Id);
    }

    [Fact]
    public void A_warning_is_told_and_a_secret_is_not()
    {
        using SettingsWatcher<NodeSettings> watcher = Start("");
        _folder.Replace("node.yaml", "auth: { secret: hush }\n");
        Settle(watcher);
        Assert.Contains(_log.Lines, line => line.Id == 16);
        Assert.DoesNotContain(_log.Lines, line => line.Text.Contains("hush", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_a_file_there_is_nothing_to_follow()
    {
        SettingsLoader<NodeSettings> loader = new(null, _ => null);
        using SettingsWatcher<NodeSettings> watcher = new(loader, loader.Load(), _log, _time);
        watcher.Start();
        Settle(watcher);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task A_rename_over_the_file_is_noticed_without_polling()
    {
        _folder.Write("node.yaml", "");
        await AwaitReload(_folder.At("node.yaml"), () => _folder.Replace("node.yaml", "queue: { max_bytes: 2MiB }\n"));
    }

    [Fact]
    public async Task A_write_in_place_is_noticed_without_polling()
    {
        _folder.Write("node.yaml", "");
        await AwaitReload(_folder.At("node.yaml"), () => _folder.Write("node.yaml", "queue: { max_bytes: 2MiB }\n"));
    }

    [Fact]
    public async Task A_swapped_link_beside_the_file_is_noticed_without_polling()
    {
        // As Kubernetes mounts a ConfigMap: node.yaml -> ..data/node.yaml, and ..data is swapped.
        Directory.CreateDirectory(_folder.At("..1"));
        Directory.CreateDirectory(_folder.At("..2"));
        _folder.Write("..1/node.yaml", "");
        _folder.Write("..2/node.yaml", "queue: { max_bytes: 2MiB }\n");
        File.CreateSymbolicLink(_folder.At("..data"), "..1");
        File.CreateSymbolicLink(_folder.At("node.yaml"), "..data/node.yaml");
        await AwaitReload(_folder.At("node.yaml"), () =>
        {
            File.CreateSymbolicLink(_folder.At("..data_tmp"), "..2");
            Assert.Equal(0, Rename(_folder.At("..data_tmp"), _folder.At("..data")));
        });
    }

    [Fact]
    public void A_link_whose_target_lies_elsewhere_is_found_by_the_poll()
    {
        using TestFolder elsewhere = new();
        elsewhere.Write("real.yaml", "");
        File.CreateSymbolicLink(_folder.At("node.yaml"), elsewhere.At("real.yaml"));
        using SettingsWatcher<NodeSettings> watcher = Start(null);
        elsewhere.Replace("real.yaml", "queue: { max_bytes: 2MiB }\n");
        Settle(watcher);
        Assert.Single(_changes);
    }

    // File.Move refuses a link to a folder.
    [DllImport("libc", EntryPoint = "rename")]
    private static extern int Rename([MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);

    private SettingsWatcher<NodeSettings> Start(string? yaml, Action<SettingsChange<NodeSettings>>? first = null)
    {
        if (yaml is not null)
        {
            _folder.Write("node.yaml", yaml);
        }

        SettingsLoader<NodeSettings> loader = new(_folder.At("node.yaml"), _ => null);
        SettingsWatcher<NodeSettings> watcher = new(loader, loader.Load(), _log, _time);
        watcher.Changed += first;
        watcher.Changed += _changes.Add;
        watcher.Start();
        _time.Advance(watcher.SettleTime);
        return watcher;
    }

    /// <summary>Past a poll and the quiet time after it.</summary>
    private void Settle(SettingsWatcher<NodeSettings> watcher) => _time.Advance(watcher.PollInterval + watcher.SettleTime + watcher.SettleTime);

    private async Task AwaitReload(string path, Action write)
    {
        SettingsLoader<NodeSettings> loader = new(path, _ => null);
        TaskCompletionSource<SettingsChange<NodeSettings>> changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using SettingsWatcher<NodeSettings> watcher = new(loader, loader.Load(), _log)
        {
            PollInterval = TimeSpan.FromHours(1),
            SettleTime = TimeSpan.FromMilliseconds(5),
        };
        watcher.Changed += changed.SetResult;
        watcher.Start();
        write();
        Assert.Equal(2 << 20, (await changed.Task.WaitAsync(Patience)).New.Queue.MaxBytes);
    }
}
