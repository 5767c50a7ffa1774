using System.ComponentModel;
using System.Diagnostics;
using System.Net;

namespace Node.Tests.Cluster.Processes;

/// <summary>
/// A network of its own for one process: a namespace of the kernel's, and a pair of virtual devices as its only way in and out, which can be
/// taken down. Linux, and who may make one. One caller at a time.
/// </summary>
internal sealed class PrivateNetwork : IAsyncDisposable
{
    // Names of devices have 15 characters at most.
    private readonly string _name = $"nt{Random.Shared.Next(1 << 28):x7}";

    private PrivateNetwork()
    {
        // RFC 2544 keeps 198.18.0.0/15 for tests; the four addresses of a pair are few enough to meet nobody else's.
        int pair = Random.Shared.Next(1 << 15) * 4;
        IPAddress Address(int last) => new([198, (byte)(18 + (pair >> 16)), (byte)(pair >> 8), (byte)(pair + last)]);
        Outside = new ProcessPlace(Address(1), []);
        Inside = new ProcessPlace(Address(2), ["ip", "netns", "exec", _name]);
    }

    /// <summary>Where everything else is.</summary>
    public ProcessPlace Outside { get; }

    public ProcessPlace Inside { get; }

    private string OuterDevice => $"{_name}o";

    private string InnerDevice => $"{_name}i";

    /// <summary>Skips the test where nobody may do this.</summary>
    public static async Task<PrivateNetwork> CreateAsync()
    {
        var network = new PrivateNetwork();
        string? refusal = await TryAsync("netns", "add", network._name);
        Assert.SkipWhen(refusal is not null, $"no network namespace can be made here: {refusal}");
        try
        {
            await network.ConnectAsync();
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Nothing passes any more, and nobody is told: no connection is reset. It is the inner end that goes down, so that what those outside send is
    /// lost on its way, and does not take another one.
    /// </summary>
    public Task CutAsync() => RunAsync("-n", _name, "link", "set", InnerDevice, "down");

    /// <summary>What is sent again passes again.</summary>
    public Task RestoreAsync() => RunAsync("-n", _name, "link", "set", InnerDevice, "up");

    /// <summary>After the processes inside have ended: a namespace lives as long as they do.</summary>
    public async ValueTask DisposeAsync()
    {
        // It may not have come to be; its pair goes with it.
        await TryAsync("link", "delete", OuterDevice);
        await RunAsync("netns", "delete", _name);
    }

    private async Task ConnectAsync()
    {
        await RunAsync("link", "add", OuterDevice, "type", "veth", "peer", "name", InnerDevice, "netns", _name);
        await RunAsync("address", "add", $"{Outside.Host}/30", "dev", OuterDevice);
        await RunAsync("link", "set", OuterDevice, "up");
        await RunAsync("-n", _name, "address", "add", $"{Inside.Host}/30", "dev", InnerDevice);
        await RunAsync("-n", _name, "link", "set", "lo", "up");
        await RestoreAsync();
    }

    private static async Task RunAsync(params string[] arguments)
    {
        string? refusal = await TryAsync(arguments);
        Assert.True(refusal is null, $"ip {string.Join(' ', arguments)}: {refusal}");
    }

    /// <returns>Null: it is done; else why not.</returns>
    private static async Task<string?> TryAsync(params string[] arguments)
    {
        try
        {
            using Process ip = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
            string said = await ip.StandardError.ReadToEndAsync();
            await ip.WaitForExitAsync();
            return ip.ExitCode == 0 ? null : said.Trim();
        }
        catch (Win32Exception error)
        {
            return error.Message;
        }
    }
}
