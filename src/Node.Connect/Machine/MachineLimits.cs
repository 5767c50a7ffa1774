using System.Globalization;

namespace Node.Connect.Machine;

/// <summary>What this machine allows. Null: it does not say, as any system but Linux.</summary>
/// <param name="Descriptors">Of this process, hard: the runtime raises the soft limit to it.</param>
/// <param name="NrOpen">fs.nr_open: what <paramref name="Descriptors"/> can be raised to.</param>
/// <param name="SoMaxConn">net.core.somaxconn: the kernel caps a listener's backlog at it.</param>
/// <param name="TcpPages">The last figure of net.ipv4.tcp_mem, in pages.</param>
/// <param name="MemoryPages">Physical memory, in pages.</param>
internal sealed record MachineLimits(long? Descriptors, long? NrOpen, long? SoMaxConn, long? TcpPages, long? MemoryPages)
{
    private const int HardLimitField = 4;

    /// <param name="root">A folder with a <c>proc</c>; tests bring their own.</param>
    public static MachineLimits Read(string root = "/") => new(
        Field(Path.Combine(root, "proc/self/limits"), "Max open files", HardLimitField),
        Field(Path.Combine(root, "proc/sys/fs/nr_open"), "", 0),
        Field(Path.Combine(root, "proc/sys/net/core/somaxconn"), "", 0),
        Field(Path.Combine(root, "proc/sys/net/ipv4/tcp_mem"), "", 2),
        Field(Path.Combine(root, "proc/meminfo"), "MemTotal:", 1) * 1024 / Environment.SystemPageSize);

    private static long? Field(string file, string prefix, int index)
    {
        try
        {
            string line = File.ReadLines(file).FirstOrDefault(line => line.StartsWith(prefix, StringComparison.Ordinal)) ?? "";
            string[] fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            return index < fields.Length && long.TryParse(fields[index], NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
