using System.Globalization;
using Node.Tests.Settings;

namespace Node.Tests.Tools;

/// <summary>A machine in a folder, for who reads /proc and /sys and writes /etc.</summary>
internal sealed class Machine : IDisposable
{
    private readonly TestFolder _folder = new();

    /// <summary>As Debian starts, with 16 GiB.</summary>
    public Machine()
    {
        Set("proc/meminfo", $"MemTotal:       {16 << 20} kB\nMemFree:        1024 kB\n");
        SetDescriptors(524288);
        Set("sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n");
        foreach ((string name, string value) in ((string, string)[])[
            ("fs.nr_open", "1048576"), ("fs.file-max", "9223372036854775807"), ("net.core.somaxconn", "4096"), ("net.ipv4.tcp_max_syn_backlog", "1024"),
            ("net.core.netdev_max_backlog", "1000"), ("net.ipv4.tcp_mem", "188000\t250000\t376000"), ("net.ipv4.tcp_rmem", "4096\t131072\t6291456"),
            ("net.ipv4.tcp_wmem", "4096\t16384\t4194304"), ("net.ipv4.ip_local_port_range", "32768\t60999"), ("net.ipv4.ip_local_reserved_ports", ""),
            ("net.ipv4.tcp_tw_reuse", "2"), ("net.ipv4.tcp_keepalive_time", "7200"), ("net.ipv4.tcp_keepalive_intvl", "75"),
            ("net.ipv4.tcp_keepalive_probes", "9"), ("vm.max_map_count", "65530")])
        {
            SetSysctl(name, value);
        }
    }

    public string Root => _folder.Root;

    public void SetDescriptors(long hard) => Set("proc/self/limits", string.Create(CultureInfo.InvariantCulture,
        $"Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1024                 {hard}               files     \n"));

    public void SetSysctl(string name, string value) => Set("proc/sys/" + name.Replace('.', '/'), value + "\n");

    public string Sysctl(string name) => Read("proc/sys/" + name.Replace('.', '/')).TrimEnd();

    public string Read(string file) => File.ReadAllText(_folder.At(file));

    public bool Has(string file) => File.Exists(_folder.At(file));

    /// <summary>Every file and what it says.</summary>
    public Dictionary<string, string> Everything() =>
        Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).ToDictionary(file => file[(Root.Length + 1)..], File.ReadAllText);

    public void Dispose() => _folder.Dispose();

    private void Set(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.At(file))!);
        _folder.Write(file, text);
    }
}
