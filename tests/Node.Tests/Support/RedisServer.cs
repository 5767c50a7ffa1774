namespace Node.Tests.Support;

/// <summary>Redis, which appends every write to a file.</summary>
internal sealed class RedisServer : StoreServer
{
    private static readonly string? Program = Find("/usr/bin/redis-server");

    /// <summary>Whether it forgets everything when it is killed.</summary>
    public bool IsForgetful { get; init; }

    public string Address => $"127.0.0.1:{Port}";

    /// <summary>Skips the test where Redis is not installed.</summary>
    public static async Task<RedisServer> StartNewAsync(bool isForgetful = false)
    {
        Assert.SkipUnless(Program is not null, "redis-server is not installed");
        var server = new RedisServer { IsForgetful = isForgetful };
        await server.HandOverFolderAsync();
        await server.StartAsync();
        return server;
    }

    protected override (string Program, string[] Arguments) Command() =>
        (Program!, ["--port", $"{Port}", "--bind", "127.0.0.1", "--dir", Folder.Root, "--save", "", "--appendonly", IsForgetful ? "no" : "yes"]);

    protected override bool Answers() => Connects(Port);
}
