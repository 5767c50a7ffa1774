using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Node.Controller.Stores.Sql;

/// <summary>SQLite: a file, for a controller without a database server.</summary>
/// <param name="file">Created where it is missing, its folder too.</param>
internal sealed class SqliteDialect(string file) : SqlDialect
{
    public override string Name => "sqlite";

    // A writing transaction holds the whole file.
    public override string HoldRow => "";

    public override async Task PrepareAsync(CancellationToken cancel)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        await using DbConnection connection = Connect();
        await connection.OpenAsync(cancel).ConfigureAwait(false);
        await SqlCommands.RunAsync(connection, "PRAGMA journal_mode = WAL", cancel).ConfigureAwait(false);
    }

    public override DbConnection Connect() => new SqliteConnection(new SqliteConnectionStringBuilder
    {
        DataSource = file,
        DefaultTimeout = 30,
        Pooling = true,
    }.ConnectionString);

    public override Task LockAsync(DbConnection connection, CancellationToken cancel) =>
        SqlCommands.RunAsync(connection, "BEGIN EXCLUSIVE", cancel);

    public override Task UnlockAsync(DbConnection connection, CancellationToken cancel) => SqlCommands.RunAsync(connection, "COMMIT", cancel);
}
