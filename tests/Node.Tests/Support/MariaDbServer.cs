using MySql.Data.MySqlClient;
using Node.Controller.Stores.Sql;

namespace Node.Tests.Support;

/// <summary>MariaDB.</summary>
internal sealed class MariaDbServer : StoreServer
{
    private const string LogSize = "--innodb-log-file-size=16M";

    private static readonly string? Program = Find("/usr/sbin/mariadbd");

    public SqlAddress Address => new("127.0.0.1", Port, "root", "", "pubsub");

    /// <summary>Skips the test where MariaDB is not installed.</summary>
    public static async Task<MariaDbServer> StartNewAsync()
    {
        Assert.SkipUnless(Program is not null, "mariadb-server is not installed");
        var server = new MariaDbServer();
        await server.HandOverFolderAsync();
        await server.LayOutAsync("/usr/bin/mariadb-install-db", folder =>
            ["--no-defaults", $"--datadir={folder.At("data")}", $"--tmpdir={folder.Root}", LogSize, "--auth-root-authentication-method=normal", "--skip-test-db"]);
        await server.StartAsync();
        return server;
    }

    protected override (string Program, string[] Arguments) Command() => (Program!,
        ["--no-defaults", $"--datadir={Folder.At("data")}", $"--tmpdir={Folder.Root}", $"--port={Port}", "--bind-address=127.0.0.1",
            $"--socket={Folder.At("mariadb.sock")}", $"--pid-file={Folder.At("pid")}", "--innodb-buffer-pool-size=32M", LogSize]);

    protected override bool Answers()
    {
        try
        {
            using var connection = new MySqlConnection($"Server=127.0.0.1;Port={Port};User ID=root;SslMode=none;Pooling=false");
            connection.Open();
            return true;
        }
        catch (MySqlException)
        {
            return false;
        }
    }
}
