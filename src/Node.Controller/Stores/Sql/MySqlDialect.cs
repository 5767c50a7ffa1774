using System.Data.Common;
using MySql.Data.MySqlClient;

namespace Node.Controller.Stores.Sql;

/// <summary>MySQL and MariaDB. The database is created where it is missing.</summary>
internal sealed class MySqlDialect(SqlAddress address) : SqlDialect
{
    public override string Name => "mysql";

    public override string HoldRow => " FOR UPDATE";

    public override async Task PrepareAsync(CancellationToken cancel)
    {
        await using var connection = new MySqlConnection(Settings(""));
        await connection.OpenAsync(cancel).ConfigureAwait(false);
        await QuietAsync(connection, cancel).ConfigureAwait(false);
        await SqlCommands.RunAsync(connection, $"CREATE DATABASE IF NOT EXISTS `{address.Database}` CHARACTER SET utf8mb4", cancel)
            .ConfigureAwait(false);
    }

    public override DbConnection Connect() => new MySqlConnection(Settings(address.Database));

    public override async Task LockAsync(DbConnection connection, CancellationToken cancel)
    {
        await QuietAsync(connection, cancel).ConfigureAwait(false);
        await SqlCommands.RunAsync(connection, "SELECT GET_LOCK('pubsub_migration', 60)", cancel).ConfigureAwait(false);
    }

    public override Task UnlockAsync(DbConnection connection, CancellationToken cancel) =>
        SqlCommands.RunAsync(connection, "SELECT RELEASE_LOCK('pubsub_migration')", cancel);

    /// <summary>No notes such as "is there already": this version of the client cannot read MariaDB's.</summary>
    private static Task<int> QuietAsync(DbConnection connection, CancellationToken cancel) =>
        SqlCommands.RunAsync(connection, "SET SESSION sql_notes = 0", cancel);

    private string Settings(string database) => new MySqlConnectionStringBuilder
    {
        Server = address.Host,
        Port = (uint)address.Port,
        UserID = address.User,
        Password = address.Password,
        Database = database,
        CharacterSet = "utf8mb4",
        SslMode = address.Tls ? MySqlSslMode.Required : MySqlSslMode.None,
        AllowPublicKeyRetrieval = true,
        ConnectionTimeout = 5,
        DefaultCommandTimeout = 30,
        MaximumPoolSize = 4,
    }.ConnectionString;
}
