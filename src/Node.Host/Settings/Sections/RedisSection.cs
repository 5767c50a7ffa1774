namespace Node.Host.Settings;

/// <summary>Settings under <c>redis:</c>.</summary>
public sealed record RedisSection
{
    [Setting("Redis, as host:port, with options as StackExchange.Redis writes them (password=…). none: no Redis.", Env = "REDIS_ADDR")]
    public string Address { get; init; } = "localhost:6379";

    [Setting("Password of Redis.", Env = "REDIS_PASSWORD", Secret = true)]
    public string Password { get; init; } = "";

    [Setting("Begins every key, so that others can use the same server.")]
    public string Prefix { get; init; } = "pubsub:";

    public bool IsUsed => Address != "none";

    /// <summary>Address, options and password as StackExchange.Redis reads them.</summary>
    public string Configuration => Password.Length > 0 ? $"{Address},password={Password}" : Address;
}
