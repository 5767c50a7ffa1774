using Node.Controller.Stores.Sql;
using Npgsql;

namespace Node.Tests.Support;

/// <summary>PostgreSQL.</summary>
internal sealed class PostgresServer : StoreServer
{
    private static readonly string? Folders = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).LastOrDefault() : null;

    public SqlAddress Address => new("127.0.0.1", Port, "tester", "", "postgres");

    /// <summary>Skips the test where PostgreSQL is not installed.</summary>
    public static async Task<PostgresServer> StartNewAsync()
    {
        Assert.SkipUnless(Folders is not null, "postgresql is not installed");
        var server = new PostgresServer();
        await server.HandOverFolderAsync();
        await server.LayOutAsync($"{Folders}/bin/initdb", folder => ["-D", folder.At("data"), "-U", "tester", "-A", "trust", "-N", "-E", "UTF8"]);
        await server.StartAsync();
        return server;
    }

    protected override (string Program, string[] Arguments) Command() => ($"{Folders}/bin/postgres",
        ["-D", Folder.At("data"), "-p", $"{Port}", "-h", "127.0.0.1", "-k", Folder.Root, "-c", "shared_buffers=16MB"]);

    protected override bool Answers()
    {
        try
        {
            using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={Port};Username=tester;Database=postgres;Pooling=false;Timeout=2");
            connection.Open();
            return true;
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException)
        {
            return false;
        }
    }
}
