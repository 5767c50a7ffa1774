using System.Data.Common;
using Npgsql;

namespace Node.Controller.Stores.Sql;

/// <summary>PostgreSQL. The database has to be there.</summary>
internal sealed class PostgresDialect(SqlAddress address) : SqlDialect
{
    // Any number, the same in every controller.
    private const long MigrationLock = 7_285_103;

    public override string Name => "postgres";

    public override string HoldRow => " FOR UPDATE";

    public override DbConnection Connect() => new NpgsqlConnection(new NpgsqlConnectionStringBuilder
    {
        Host = address.Host,
        Port = address.Port,
        Username = address.User,
        Password = address.Password,
        Database = address.Database,
        SslMode = address.Tls ? SslMode.Require : SslMode.Disable,
        Timeout = 5,
        CommandTimeout = 30,
        MaxPoolSize = 4,
    }.ConnectionString);

    public override Task LockAsync(DbConnection connection, CancellationToken cancel) =>
        SqlCommands.RunAsync(connection, $"SELECT pg_advisory_lock({MigrationLock})", cancel);

    public override Task UnlockAsync(DbConnection connection, CancellationToken cancel) =>
        SqlCommands.RunAsync(connection, $"SELECT pg_advisory_unlock({MigrationLock})", cancel);
}
