using System.Data.Common;
using Node.Controller.State;
using Node.Controller.Stores;
using Node.Controller.Stores.Sql;
using Node.Tests.Settings;
using Node.Tests.Support;

namespace Node.Tests.Controller;

/// <summary>Schemas that are empty, old, half done, new, and wanted by several controllers at once.</summary>
public class MigrationTests
{
    public static TheoryData<StoreKind> Kinds => [StoreKind.MariaDb, StoreKind.Postgres, StoreKind.Sqlite];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_older_schema_keeps_its_rows_and_becomes_the_latest(StoreKind kind)
    {
        await using Database database = await Database.StartAsync(kind);
        Assert.Equal((0, 1), await new Migrations(database.Dialect).ApplyAsync(1, default));
        await database.RunAsync("INSERT INTO connections VALUES ('n', 5, 'anna', 1)");

        // As a migration leaves it that was interrupted where changes of the schema are not rolled back.
        await database.RunAsync("CREATE TABLE rooms (name VARCHAR(255) NOT NULL PRIMARY KEY, since_ms BIGINT NOT NULL, metadata VARCHAR(255) NOT NULL)");
        await using SqlStore store = new(database.Dialect);
        await store.OpenAsync(1, default);
        Assert.Equal(["n/5 anna: "], (await StoreTests.ReadAsync(store)).Connections.Select(StoreTests.Show));
        Assert.Equal((2, 2), await new Migrations(database.Dialect).ApplyAsync(int.MaxValue, default));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Several_controllers_that_start_at_once_migrate_once(StoreKind kind)
    {
        await using Database database = await Database.StartAsync(kind);
        int migrations = 0;
        await Task.WhenAll(Enumerable.Range(1, 4).Select(async term =>
        {
            try
            {
                await new SqlStore(database.Dialect, (_, _) => Interlocked.Increment(ref migrations)).OpenAsync(term, default);
            }
            catch (StoreFencedException)
            {
                // A later term was quicker.
            }
        }));
        Assert.Equal(1, migrations);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_schema_of_a_later_program_is_refused(StoreKind kind)
    {
        await using Database database = await Database.StartAsync(kind);
        await new Migrations(database.Dialect).ApplyAsync(int.MaxValue, default);
        await database.RunAsync("INSERT INTO schema_version VALUES (99)");
        IOException error = await Assert.ThrowsAsync<IOException>(() => new SqlStore(database.Dialect).OpenAsync(1, default));
        Assert.Contains("has version 99; this program knows versions up to 2", error.Message);
    }

    private sealed class Database(StoreServer? server, TestFolder folder, SqlDialect dialect) : IAsyncDisposable
    {
        public SqlDialect Dialect => dialect;

        public static async Task<Database> StartAsync(StoreKind kind)
        {
            TestFolder folder = new();
            StoreServer? server = kind switch
            {
                StoreKind.MariaDb => await MariaDbServer.StartNewAsync(),
                StoreKind.Postgres => await PostgresServer.StartNewAsync(),
                _ => null,
            };
            SqlDialect dialect = server switch
            {
                MariaDbServer maria => new MySqlDialect(maria.Address),
                PostgresServer postgres => new PostgresDialect(postgres.Address),
                _ => new SqliteDialect(folder.At("state.db")),
            };
            await dialect.PrepareAsync(default);
            return new Database(server, folder, dialect);
        }

        public async Task RunAsync(string sql)
        {
            await using DbConnection connection = dialect.Connect();
            await connection.OpenAsync();
            await SqlCommands.RunAsync(connection, sql, default);
        }

        public async ValueTask DisposeAsync()
        {
            if (server is not null)
            {
                await server.DisposeAsync();
            }

            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            folder.Dispose();
        }
    }
}
